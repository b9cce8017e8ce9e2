// What Next.js' own documentation suggests for a script that comes first.
import Script from 'next/script';
import { GoogleTagManager } from '@next/third-parties/google';

export default function Layout({ children }) {
  return (
    <html lang="en">
      <head>
        <Script id="consentinel" src="/consentinel.js" strategy="beforeInteractive" />
      </head>
      <body>
        {children}
        <GoogleTagManager gtmId="GTM-XXXX" />
      </body>
    </html>
  );
}

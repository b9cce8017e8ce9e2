// Tags rendered on the server, with their preloads in the HTML: in strict mode the policy stops them.
import { GoogleAnalytics, GoogleTagManager } from '@next/third-parties/google';

export default function Layout({ children }) {
  return (
    <html lang="en">
      <head>
        <script src="/strict/consentinel.js" />
      </head>
      <body>
        {children}
        <GoogleTagManager gtmId="GTM-XXXX" />
        <GoogleAnalytics gaId="G-XXXX" />
      </body>
    </html>
  );
}

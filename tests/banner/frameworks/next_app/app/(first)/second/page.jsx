import Link from 'next/link';

export default function Page() {
  return (
    <main>
      <h1>Second</h1>
      <Link href="/">home</Link>
    </main>
  );
}

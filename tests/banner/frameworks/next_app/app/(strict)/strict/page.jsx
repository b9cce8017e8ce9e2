import Link from 'next/link';

export default function Page() {
  return (
    <main>
      <h1>Strict home</h1>
      <Link href="/strict/second">second</Link>
    </main>
  );
}

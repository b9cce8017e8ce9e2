import Link from 'next/link';

export default function Page() {
  return (
    <main>
      <h1>Strict second</h1>
      <Link href="/strict">home</Link>
    </main>
  );
}

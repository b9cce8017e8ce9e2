export default function Page() {
  return <h1>Naive</h1>;
}

() => {
  try {
    return [origin, Object.entries(localStorage)];
  } catch {
    return [origin, []];
  }
}

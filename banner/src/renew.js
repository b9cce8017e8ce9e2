/** Load the page anew. A mere reload in Firefox brings frames back to where they were: blank. */
export const renew = () => {
  if (!location.href.includes('#')) return location.replace(location.href);
  for (const frame of document.querySelectorAll('iframe')) frame.remove();
  location.reload();
};

/** The UUID (RFC 9562, version 4) of 16 random bytes. @param {number[]} random */
export const identifier = (random) => {
  const bytes = [...random];
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
};

/** The cookie's text: `1.<4 bits>.<purposes hash>.<days since 1970>[.<vendors>]`. The golden file for it and
 *  for banner/consent.py is tests/golden/consent-cookie.json. */

/** @typedef {{ granted: boolean[], toggled: number[], day: number }} Choice */

export const today = () => Math.floor(Date.now() / 864e5);

/** The choice in a cookie's value; undefined where it is malformed, for other purposes, from the future (by
 *  more than a day of clock skew) or older than `days`.
 *  @param {string} text @param {string} hash @param {number} days @returns {Choice | undefined} */
export const parseChoice = (text, hash, days) => {
  const [found, bits, day, vendors] =
    RegExp(`^1\\.(1[01]{3})\\.${hash}\\.(\\d{5})(?:\\.([0-9a-z]{1,2}(?:-[0-9a-z]{1,2})*))?$`).exec(text) || [];
  const age = today() - +day;
  if (found && age >= -1 && age <= days) {
    return {
      granted: [...bits].map((bit) => bit > '0'),
      toggled: vendors ? vendors.split('-').map((index) => parseInt(index, 36)) : [],
      day: +day,
    };
  }
};

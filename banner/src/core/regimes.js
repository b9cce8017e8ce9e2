/** Which law's row applies, and what it grants while nobody has answered. The rows come from
 *  banner/regimes.yaml. */

/** @typedef {import('../types').Regime} Regime */

/** The row for a country ("FR") or subdivision ("US-CA"), else for everywhere else ("*"); the first, which is
 *  the strictest, where the country is not known.
 *  @param {Regime[]} rows @param {string | undefined} country @returns {Regime} */
export const pickRegime = (rows, country) =>
  (country &&
    [country, country.slice(0, 2), '*'].reduce(
      (found, place) => found || rows.find(({ where }) => where.split(' ').includes(place)),
      /** @type {Regime | undefined} */ (undefined),
    )) ||
  rows[0];

/** Whether a purpose with this obligation is on before any answer. `gpc`: the browser sends the opt-out signal.
 *  @param {string} obligation @param {boolean} gpc */
export const isOn = (obligation, gpc) => obligation !== 'opt_in' && !(gpc && obligation === 'signal_opt_out');

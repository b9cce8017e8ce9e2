/** Shapes that more than one module knows. */

/** 0..3: the categories in the taxonomy's order; 4: a tag manager, which any grant releases; 5: unclassified, which
 *  only a grant of everything releases; 6: a third party that no rule knows. */
export type CategoryCode = 0 | 1 | 2 | 3 | 4 | 5 | 6;

/** What the rules say of one address, cookie or storage key. `vendor` is an index into the vendors, -1 for none. */
export interface Verdict {
  category: CategoryCode;
  vendor: number;
}

export type Obligation = 'opt_in' | 'notice_and_objection' | 'opt_out' | 'signal_opt_out' | 'exempt';

/** One jurisdiction, as compiled from banner/regimes.yaml. */
export interface Regime {
  id: string;
  /** ISO 3166 countries or subdivisions, e.g. "DE FR" or "US-CA". */
  where: string;
  /** For functional, performance, targeting. */
  purposes: [Obligation, Obligation, Obligation];
  /** How many days an answer is remembered. */
  days: number;
  /** Vendor slugs that are exempt here although their category is not. */
  exempt?: string[];
  /** Whether an opt-in that was given under Global Privacy Control beats it. */
  optInWins?: boolean;
}

/** What `consentinel banner build` compiles into the script (banner/compile.py writes it). */
export interface Config {
  site: string;
  mode: 'observe' | 'standard' | 'strict';
  /** What records call this script: the number of a publication, or the version of consentinel. */
  version?: string;
  /** First 8 hex digits of the fingerprint of purposes and vendors. */
  hash: string;
  /** See core/rules.js. */
  rules: string;
  /** The site's registrable domains: their hosts are never unknown third parties. */
  own: string[];
  /** What standard does with third parties that no rule knows. */
  unknown?: 'allow' | 'block';
  /** Base address of the consent API; '' for none. */
  api?: string;
  /** Whether cookies go along to it: where it is another host of the site. */
  credentials?: 'include';
  cookieDomain?: string;
  regimes: Regime[];
  /** The id of one regime, or '' to choose by country. */
  regime?: string;
  signals: { google?: 'basic' | 'advanced'; meta?: boolean; dataLayer?: boolean };
  theme: Record<string, string>;
  controller?: string;
  /** Label key of the locale file -> address: privacy, imprint. */
  links: Record<string, string>;
  /** Languages, the default first. */
  locales: string[];
  /** The first layer's texts in the default language. */
  texts: Record<string, string>;
  /** Files loaded later, languages but the default among them -> their SHA-256 in Base64; parts.js makes their names
   *  of both. */
  parts: Record<string, string>;
  /** Slugs of vendors whose scripts are CAPTCHAs. */
  captchas?: string[];
  /** Where the parts are; '' for beside this script. */
  base?: string;
  /** Path of the service worker that chooses the policy on static hosting (hosting.js). */
  sw?: string;
  /** Path at which the site's own server sets the consent cookie by HTTP (hosting.js). */
  keep?: string;
}

/** What a signal is told of `consentinel.state()`. */
export interface Told {
  choices: Record<string, boolean>;
  regime: string;
  gpc: boolean;
}

/** Somebody who is told of the consent in words of their own. */
export interface Signal {
  /** Runs before anything else of the page. */
  start?(): void;
  /** Runs after each choice and before the events. */
  update?(): void;
  /** Runs after the events `ready` and `change`. */
  announce?(name: string, state: Told): void;
}

declare global {
  /** The configuration; a name that only exists inside the compiled script. */
  const __config: Config;
}

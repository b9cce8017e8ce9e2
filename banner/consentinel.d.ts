/** The public API of consentinel's banner: `window.consentinel`. */

/** In the order of the cookie's bits. `strictly-necessary` is always granted. */
export type Category = 'strictly-necessary' | 'functional' | 'performance' | 'targeting';

/** How a choice was made; for the record. */
export type Method = 'banner' | 'settings' | 'widget' | 'placeholder' | 'form' | 'api' | 'gpc' | 'scan';

/** A tag that stands above our script, where nothing can stop it. */
export interface LateTag {
  readonly url: string;
  /** What it should have waited for: a category, `any` (a tag manager) or `all` (unclassified). */
  readonly category: string;
  /** '' where the rules name none. */
  readonly vendor: string;
}

export interface State {
  /** The number of the published banner; without a server, the version of consentinel that compiled the script. */
  readonly version?: string;
  readonly mode: 'observe' | 'standard' | 'strict';
  /** The id of the regime that applies to this visitor. */
  readonly regime: string;
  /** Whether the visitor has given an answer that still holds. */
  readonly decided: boolean;
  readonly choices: Readonly<Record<Category, boolean>>;
  /** Vendors whose choice differs from that of their category. */
  readonly vendors: Readonly<Record<string, boolean>>;
  /** The day of the answer, as YYYY-MM-DD. */
  readonly date: string | null;
  /** Whether the browser sends Global Privacy Control. */
  readonly gpc: boolean;
  /** The first 8 hex digits of the fingerprint of purposes and vendors. */
  readonly purposes: string;
  readonly late: readonly LateTag[];
  /** How many tags, frames and so on wait for consent. */
  readonly pending: number;
}

export interface Choices {
  /** What is absent is not granted. */
  functional?: boolean;
  performance?: boolean;
  targeting?: boolean;
  /** By vendor slug. An earlier choice for a vendor that is not named here stays. */
  vendors?: Record<string, boolean>;
}

export interface Consentinel {
  state(): State;
  /** Whether a category or a vendor (by its slug) is granted. */
  has(what: Category | (string & {})): boolean;
  /** `ready` is called at once, `change` after each change. The answer takes the listener away again. */
  on(event: 'ready' | 'change', listener: (state: State) => void): () => void;
  /** Calls once, now or as soon as the category or vendor is granted. The answer takes the listener away again. */
  whenAllowed(what: Category | (string & {}), listener: (state: State) => void): () => void;
  /**
   * These four are one answer to the whole. Where the page has to be loaded anew (a withdrawal after something ran, any
   * change under a policy) the promise is resolved after `location.reload()` was called.
   */
  accept(method?: Method): Promise<State>;
  reject(method?: Method): Promise<State>;
  save(choices: Choices, method?: Method): Promise<State>;
  /** Remembered like a refusal. */
  withdraw(method?: Method): Promise<State>;
  /** Lets one service run, whatever holds for its category: until the tab is closed where there is no answer yet. */
  allow(vendor: string, method?: Method): Promise<State>;
  show(which?: 'first' | 'settings'): void;
  hide(): void;
}

declare global {
  interface Window {
    readonly consentinel: Consentinel;
  }
  interface DocumentEventMap {
    /** When the document has been parsed: for scripts that stand below ours. */
    'consentinel:ready': CustomEvent<State>;
    'consentinel:change': CustomEvent<State>;
  }
}

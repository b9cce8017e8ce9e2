/** What the banner's look is given to work with, and what its two layers say to each other. */
import type { Config, Regime } from '../types';

/** What of `consentinel.state()` is shown. */
export interface Shown {
  decided: boolean;
  choices: Record<string, boolean>;
  /** Services whose choice differs from that of their category. */
  vendors: Record<string, boolean>;
  date: string | null;
  gpc: boolean;
}

export interface Choices {
  functional: boolean;
  performance: boolean;
  targeting: boolean;
  vendors?: Record<string, boolean>;
}

export type Texts = Record<string, string>;

export interface Kit {
  config: Config;
  consent: { decided: boolean; regime: Regime };
  loadPart: (name: string) => Promise<any>;
  /** Read and write what storage.js keeps: `receipt` is the consent's id and receipt, `notice` that it was read. */
  recall: (key: string) => string;
  remember: (key: string, text: string) => void;
  actions: {
    accept: (method: string) => unknown;
    reject: (method: string) => unknown;
    save: (choices: Choices, method: string) => unknown;
    withdraw: (method: string) => unknown;
    state: () => Shown;
  };
}

/** One thing that the dialog can show. */
export interface Layer {
  /** Its heading is the element with the id `t`, its description that with the id `d`. */
  content: (Node | string)[];
  /** Actions; each is also the key of its text. */
  buttons: string[];
  texts: Texts;
  modal?: boolean;
  /** Its class, where it is neither bar nor modal. */
  look?: string;
  /** What answers given here are called in the record. */
  method?: string;
  /** What its own buttons do. */
  on?: Record<string, () => void>;
  /** Leaves without an answer; a layer without it stays until there is one. */
  back?: () => void;
}

export interface Frame {
  language: string;
  root: HTMLElement;
  shadow: ShadowRoot;
  /** What shows now. */
  layer?: Layer;
  open: (layer: Layer) => void;
  close: () => void;
  /** Adds to the style of everything in the frame. */
  addStyle: (css: string) => void;
}

export interface Ui {
  frame: Frame;
  show: (which?: string) => Promise<void>;
  hide: () => void;
  /** Whether there is a question without an answer. */
  asks: () => boolean;
}

export interface Item {
  kind: 'cookie' | 'storage';
  name: string;
  purpose: string;
  /** 0 for as long as the browser runs, null without an end. */
  days: number | null;
}

/** A service; the site itself has an empty slug, and no switch. */
export interface Vendor {
  slug: string;
  name: string;
  category: string;
  purpose: string;
  policy: string;
  items: Item[];
}

/** What the scan and the catalogue say; the part `settings` carries it (banner/vendors.py). */
export interface Services {
  vendors: Vendor[];
}

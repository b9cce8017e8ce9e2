/** What the part is given, as it cannot reach into the rest of the script. */
import type { Config } from '../types';

export interface PlacesKit {
  config: Config;
  loadPart: (name: string) => Promise<any>;
  /** Lets one service run, and releases what is its. */
  allow: (vendor: string) => Promise<unknown>;
  show: (which?: 'first' | 'settings') => unknown;
}

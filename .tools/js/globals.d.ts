// What the hooks meet in a page and TypeScript's own libraries do not know.

/** The scanner puts its binding's name in place of this one, and the table of CAPTCHAs in place of the other. */
declare var __BINDING__: ((payload: string) => void) | undefined;
declare const __TABLE__: { id: string; selectors: string[]; globals: string[] }[];

/** The scanner asks when the last timer is due by an event that carries the answer back. */
interface WindowEventMap {
  __BINDING__: CustomEvent<{ due?: number }>;
}

/** Our own banner, where the page has it (banner/consentinel.d.ts). */
interface Window {
  consentinel?: { state?: () => any };
}

/** V8 only. */
interface ErrorConstructor {
  stackTraceLimit: number;
}

/** Tags above our script that a rule knows: nobody could stop them. */
import { WAITS_FOR } from './core/categories.js';
import { judge, late, vendors } from './head.js';

/** Note what of them is in the document when our script starts. */
export const startNotes = () => {
  for (const node of document.querySelectorAll('script:not([type="text/plain" i]),img,iframe,link')) {
    const url = node.getAttribute('src') || node.getAttribute('href');
    const verdict = url && judge(url);
    if (verdict && verdict.category % 6) {
      late.push({ url, category: WAITS_FOR[verdict.category], vendor: vendors[verdict.vendor] || '' });
    }
  }
};

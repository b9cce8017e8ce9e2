// Bundle banner/src into banner/dist (or the folder given): the files that `consentinel banner build` puts together.
//
// head.js, signals.js (where the settings switch a signal on) and ask.js are pieces of one function, minified as one:
// a later piece uses what an earlier one has declared. The other files are parts, loaded later by that script.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { minify } from 'terser';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const SOURCE = join(ROOT, 'banner', 'src');
const target = process.argv[2] ?? join(ROOT, 'banner', 'dist');
const LICENSE = '/* consentinel | Apache-2.0 */';
// Modules without state of their own; a second copy of one costs bytes and nothing else.
const SHARED = new Set(['banner/src/core/categories.js']);
const PIECES = ['head', 'signals/index', 'ask'];
const PARTS = ['act', 'settings', 'places'];

/** One ES module with all that it imports. `entry` is a file of banner/src, or a text that imports some. */
const bundle = async (entry, plugins = []) => {
  const file = entry.endsWith('.js');
  const { metafile, outputFiles } = await build({
    ...(file ? { entryPoints: [join(SOURCE, entry)] } : { stdin: { contents: entry, resolveDir: SOURCE } }),
    absWorkingDir: ROOT,
    bundle: true,
    minify: true,
    charset: 'utf8',
    target: ['es2022', 'chrome109', 'firefox115', 'safari16'],
    legalComments: 'none',
    format: 'esm',
    metafile: true,
    write: false,
    plugins,
    logLevel: 'warning',
  });
  return { code: outputFiles[0].text.trim(), inputs: Object.keys(metafile.inputs) };
};

/** The code with its exports as what the function around it returns. */
const returning = (code) =>
  code.replace(/export\{([^}]*)\};?$/, (_, list) => {
    const pairs = list.split(',').map((pair) => pair.trim().split(' as '));
    return `return{${pairs.map(([local, name]) => (name ? `${name}:${local}` : local)).join()}}`;
  });

// Properties of objects of our own alone: neither the DOM, nor the API, the configuration or a text has such a name, and
// none stands in a string. All files give them the same short ones.
const OWN =
  'actions addStyle adopt allows anyGranted asks attempt back begin buttons calls cookies fake grants granted initial jar ' +
  'judgeName kinds language layer loadPart look meetFrame memory permits ran recall remember replay reread root shadow ' +
  'startCorner take toggled unknowns usual verdict';
const nameCache = {};

/** A second minifier: it finds about a twentieth of what is left. */
const smallest = async (code) => {
  const compress = { passes: 3, inline: 1, unsafe_arrows: true, pure_getters: true, keep_fargs: false, drop_debugger: false };
  // a page without a charset reads scripts as it reads itself
  const format = { ascii_only: true };
  const properties = { regex: RegExp(`^(${OWN.replaceAll(' ', '|')})$`), keep_quoted: true };
  return (await minify(code, { ecma: 2020, compress, mangle: { properties }, nameCache, format })).code;
};

const write = (name, code, license = '') => writeFile(join(target, name), `${license}${code}\n`);

/** A module's text made up here: `make` gives it for those whose path fits. */
const instead = (filter, make) => ({
  name: `instead-${filter}`,
  setup: (builder) => builder.onLoad({ filter }, ({ path }) => make(relative(ROOT, path))),
});

const HEAD = /banner\/src\/head\.js$/;
const head = await bundle('head.js');
const names = /export\{([^}]*)\}/.exec(head.code)[1].split(',').map((pair) => pair.split(' as ').pop().trim());

/** What parts import of the head is handed to them as a list; `used` is its order. */
const used = [];
const given = (name) => `__head[${used.includes(name) ? used.indexOf(name) : used.push(name) - 1}]`;
const partOfHead = new Set(head.inputs);
const useHead = instead(/banner\/src\/.*\.js$/, (file) => {
  if (HEAD.test(file)) return { contents: names.map((name) => `export const ${name} = __head.${name};`).join('\n') };
  if (!partOfHead.has(file) || SHARED.has(file)) return undefined;
  return { errors: [{ text: `${file} is part of the head: export it there and import it from head.js` }] };
});

await mkdir(target, { recursive: true });

// Loaded with `document.currentScript.consentinel` waiting for what the file has to offer; its `head` is the list.
for (const part of PARTS) {
  const code = (await bundle(`${part}.js`, [useHead])).code.replace(/__head\.(\w+)/g, (_, name) => given(name));
  const waiting = 'const __wait=document.currentScript.consentinel,__head=__wait.head;';
  await write(`${part}.js`, await smallest(`(()=>{${waiting}__wait((()=>{${returning(code)}})())})();`), LICENSE);
}
await write('service-worker.js', await smallest(`(()=>{${(await bundle('service-worker.js')).code}})();`), LICENSE);

const wholeHead = instead(/banner\/src\/whole_head\.js$/, () => ({
  contents: `import { ${used} } from './head.js';\nexport const wholeHead = [${used}];`,
}));
// A statement that nothing is moved over marks where a piece ends.
const cut = {
  name: 'cut',
  setup(builder) {
    builder.onResolve({ filter: /^cut/ }, ({ path }) => ({ path, namespace: 'cut' }));
    builder.onLoad({ filter: /^/, namespace: 'cut' }, () => ({ contents: 'debugger;' }));
  },
};
const entry = PIECES.map((name) => `import './${name}.js';`).join("import 'cut';").replace("'cut'", "'cut1'");
const { code } = await bundle(entry, [wholeHead, cut]);
const script = (await smallest(`function script(){${code}}`)).replace(/^function script\(\)\{|\}$/g, '');
const pieces = script.split(/debugger;?/);
if (pieces.length !== PIECES.length) throw new Error(`${pieces.length} pieces instead of ${PIECES.length}`);
for (const [index, name] of PIECES.entries()) await write(`${name.split('/')[0]}.js`, `${pieces[index]};`);

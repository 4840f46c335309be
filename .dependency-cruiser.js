/**
 * Who may import whom. Default deny: every room lists what it may reach, and each rule says why.
 * @type {import('dependency-cruiser').IConfiguration}
 */
export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A cycle means that neither side can be understood, tested or replaced alone.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'shared-is-pure',
      comment:
        'The contract runs everywhere: no Node, no DOM, no clock. zod parses; tldts is the public suffix list as pure data.',
      severity: 'error',
      from: { path: '^shared/' },
      to: { pathNot: ['^shared/', '^node_modules/(zod|tldts)(/|$)'] },
    },
    {
      name: 'look-is-only-looks',
      comment: 'What the pages wear: colours, marks, how their HTML is filled. It knows nothing of Daylight.',
      severity: 'error',
      from: { path: '^look/' },
      to: { pathNot: ['^look/', '^node_modules/(react|@tabler/icons-react|@types/react|zod|vite)(/|$)'] },
    },
    {
      name: 'only-pages-wear-it',
      comment: 'Nothing but the pages has a look.',
      severity: 'error',
      from: { pathNot: ['^look/', '^server/console/', '^agent/(window|desktop/enrol)/', '^test/'] },
      to: { path: '^look/' },
    },
    {
      name: 'agent-and-server-meet-in-shared',
      comment: "The server never trusts the agent, and neither may lean on the other's code.",
      severity: 'error',
      from: { path: '^agent/' },
      to: { path: '^server/' },
    },
    {
      name: 'server-does-not-know-the-agent',
      comment: 'The same, the other way round.',
      severity: 'error',
      from: { path: '^server/' },
      to: { path: '^agent/' },
    },
    {
      name: 'words-know-only-the-contract',
      comment: 'The catalogue is read by a terminal, by Electron and by pages: it can lean on none of them.',
      severity: 'error',
      from: { path: '^agent/strings/' },
      to: { pathNot: ['^agent/strings/', '^shared/'] },
    },
    {
      name: 'agent-core-knows-no-operating-system',
      comment: 'The core runs under plain Node on any system; native packages live one per file in agent/platform.',
      severity: 'error',
      from: { path: '^agent/core/' },
      to: {
        pathNot: ['^agent/core/', '^agent/strings/', '^shared/', '^node_modules/(ws|zod)(/|$)'],
        dependencyTypesNot: ['core', 'type-only'],
      },
    },
    {
      name: 'one-native-package-one-file',
      comment: 'What can see the screen, the windows or the input is in one reviewable file each.',
      severity: 'error',
      from: { pathNot: ['^agent/platform/', '^test/support/inputProcess\\.ts$'] },
      to: { path: '^node_modules/(active-win|get-windows|uiohook-napi|screenshot-desktop)(/|$)' },
    },
    {
      name: 'sharp-only-in-the-screen-adapter',
      comment: 'Images are re-encoded, blurred and stripped where they are taken, and nowhere else.',
      severity: 'error',
      from: { pathNot: ['^agent/platform/', '^test/', '^scripts/(pictures/drawnDesktop|pictures/camera|icons)\\.ts$'] },
      to: { path: '^node_modules/sharp(/|$)' },
    },
    {
      name: 'electron-only-in-the-desktop',
      comment: 'The shell is thin and has no opinion about the domain.',
      severity: 'error',
      // The fake is written in Electron's own types.
      from: { pathNot: ['^agent/desktop/', '^test/support/electronFake\\.ts$'] },
      to: { path: '^node_modules/electron(/|$)' },
    },
    {
      name: 'electron-is-handed-in',
      comment:
        'Only the entry takes Electron itself; the rest of the shell is given it, and its tests a fake of the same size.',
      severity: 'error',
      from: { pathNot: '^agent/desktop/(main\\.ts|preload\\.cts)$' },
      to: { path: '^node_modules/electron(/|$)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nobody-leans-on-the-shell',
      comment: 'The agent runs without a desktop; only the shell knows that there is one.',
      severity: 'error',
      from: { path: '^agent/', pathNot: '^agent/desktop/' },
      to: { path: '^agent/desktop/' },
    },
    {
      name: 'express-only-in-the-api',
      comment: 'No domain rule may hide in a request handler.',
      severity: 'error',
      from: { pathNot: ['^server/api/', '^test/unit/server/api/'] },
      to: { path: '^node_modules/(express|helmet)(/|$)' },
    },
    {
      name: 'one-log',
      comment: 'What a line may say is a closed list in one file; nobody writes past it.',
      severity: 'error',
      from: { pathNot: ['^server/log\\.ts$'] },
      to: { path: '^node_modules/pino(/|$)' },
    },
    {
      name: 'sqlite-only-in-its-driver',
      comment: 'The store speaks in units of work; the next driver must be able to take its place.',
      severity: 'error',
      from: {
        pathNot: ['^server/store/sqlite/', '^test/(bench|support|faults|contract|unit/server/store|unit/support)/'],
      },
      to: { path: '^node_modules/sqlite3(/|$)' },
    },
    {
      name: 'api-never-touches-sql-or-keys',
      comment: 'Routes ask commands that need leave; they cannot reach around them.',
      severity: 'error',
      from: { path: '^server/api/' },
      to: { path: '^server/(store/sqlite|store/blobs|vault/(envelope|keyring))' },
    },
    {
      name: 'reports-are-pure',
      comment:
        'A report is a function of opened observations: same input, same page, for the employee and the manager.',
      severity: 'error',
      from: { path: '^server/reports/' },
      to: { pathNot: ['^server/reports/', '^shared/'] },
    },
    {
      name: 'audit-tree-is-pure',
      comment: 'A tree is a function of its leaves: whoever verifies one needs no store, clock or key.',
      severity: 'error',
      from: { path: '^server/audit/tree\\.ts$' },
      to: { pathNot: ['^shared/'] },
    },
    {
      name: 'console-knows-only-the-contract',
      comment: 'What the console may know is what the API says.',
      severity: 'error',
      from: { path: '^server/console/' },
      to: { path: '^(server|agent)/', pathNot: '^server/console/' },
    },
    {
      name: 'window-knows-only-the-contract',
      comment: 'The page shows what the agent says and decides nothing; it runs in a browser and in the desktop shell.',
      severity: 'error',
      from: { path: '^agent/window/' },
      to: {
        pathNot: [
          '^agent/(window|strings)/',
          '^(shared|look)/',
          '^node_modules/(react|react-dom|scheduler|@mantine|@tabler/icons-react|@types/react|@types/react-dom|zod)(/|$)',
          '^node_modules/(vite|@vitejs/plugin-react)/',
        ],
      },
    },
    {
      name: 'agent-loads-no-page-by-import',
      comment: 'The page is built files to the agent, which serves them and knows nothing of what is in them.',
      severity: 'error',
      from: { path: '^agent/', pathNot: '^agent/window/' },
      to: { path: '^agent/window/' },
    },
    {
      name: 'no-tests-in-the-product',
      comment: 'Fakes stay in test/.',
      severity: 'error',
      from: { path: '^(shared|look|agent|server)/' },
      to: { path: '^test/' },
    },
    {
      name: 'not-to-unresolvable',
      comment: 'An import that does not resolve is a broken build.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: ['\\.css$', '^\\.\\./dist'] },
    },
    {
      name: 'product-uses-declared-dependencies',
      comment: 'What the product needs at run time must be in dependencies. Pages are bundled when they are built.',
      severity: 'error',
      from: {
        path: '^(shared|agent|server)/',
        pathNot: ['^server/console/', '^agent/window/', '^agent/desktop/enrol/'],
      },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only'],
        // Electron is what the shell runs in, and not among what it brings.
        pathNot: '^node_modules/electron(/|$)',
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|docs|agent/browser-extension)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
    },
  },
};

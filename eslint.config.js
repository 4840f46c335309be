import tseslint from 'typescript-eslint';

const noJwkExport = {
  selector: "CallExpression[callee.property.name='export'] Property[key.name='format'][value.value='jwk']",
  message:
    'On Node 20 exporting a key as a JWK can hang in a garbage collection: export DER (server/vault/ed25519.ts).',
};

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'agent/browser-extension/**', '**/*.js', '**/*.mjs', '**/*.cjs'] },
  {
    files: ['**/*.ts', '**/*.tsx', '**/*.cts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Numbers in sentences are what most of our messages are made of.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // An async port may have a synchronous driver: the signature is the port's.
      '@typescript-eslint/require-await': 'off',
      // `() => void action()` reads better than a block in handlers.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Turnstiles: a brand is minted in one file; everywhere else a cast past it is a review finding, and `any` is not allowed at all.
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Ports are records of closures: nothing of ours uses `this`, so that taking a function out of one is safe.
      '@typescript-eslint/unbound-method': 'off',
      eqeqeq: 'error',
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        noJwkExport,
        {
          selector: 'ExportDefaultDeclaration',
          message: 'Named exports only: the name of a thing is the same everywhere.',
        },
        {
          selector: "Program > VariableDeclaration[kind='let']",
          message: 'No module-level mutable state: pass it in.',
        },
      ],
    },
  },
  {
    // Tools and configuration files are read by programs that ask for a default export; they talk on the terminal.
    files: [
      '*.config.ts',
      'server/console/vite.config.ts',
      'agent/window/vite.config.ts',
      'agent/desktop/enrol/vite.config.ts',
      'scripts/**/*.ts',
    ],
    rules: { 'no-restricted-syntax': ['error', noJwkExport], 'no-console': 'off' },
  },
  {
    // The pictures stand on the tests' own clients.
    files: ['test/**/*.ts', 'scripts/pictures/*.ts'],
    rules: {
      // Tests feed bad input on purpose and read answers as they come.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      'no-console': 'off',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // `afterAll` runs also when `beforeAll` failed half-way, which the types of a `let` do not know.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-base-to-string': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/restrict-plus-operands': 'off',
      '@typescript-eslint/use-unknown-in-catch-callback-variable': 'off',
      // What a suite sets up once and every test uses is a `let` beside `beforeAll`; each file is a module of its own.
      'no-restricted-syntax': ['error', noJwkExport],
    },
  },
);

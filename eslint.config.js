/** What the linter asks of the browser modules and of their tests. */
import js from "@eslint/js";
import globals from "globals";

const noHtmlFromText = ["innerHTML", "outerHTML"].map((property) => ({
  selector: `AssignmentExpression[left.property.name='${property}']`,
  message: "Trusted Types: build nodes or clone a <template>; text goes into textContent.",
}));

export default [
  { ignores: ["**/vendor/**", ".venv/**", ".cache/**", ".tox/**", "build/**", "var/**"] },
  js.configs.recommended,
  {
    rules: {
      eqeqeq: ["error", "always", { null: "ignore" }],
      "max-lines": ["error", { max: 400 }],
      "max-lines-per-function": ["error", { max: 70 }],
      "no-console": "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-restricted-syntax": ["error", ...noHtmlFromText],
      "no-unused-vars": ["error", { argsIgnorePattern: "^_", caughtErrorsIgnorePattern: "^_" }],
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  {
    files: ["ppv_plugin/static/**/*.js", "demo_site/static/**/*.js"],
    languageOptions: { globals: globals.browser },
  },
  {
    files: ["**/*worker*.js"],
    languageOptions: { globals: globals.serviceworker },
  },
  {
    files: ["tests/js/**/*.js", "*.config.js"],
    languageOptions: { globals: globals.node },
    rules: { "max-lines-per-function": "off" },
  },
];

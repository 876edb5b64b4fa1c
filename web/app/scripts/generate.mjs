// Writes src/generated/<folder>/<file>.ts for each src/<folder>/<file>.graphql: its types and its documents.
//
//     npm run generate
//
// A document may use the fragments of its own file and of src/lib/fragments.graphql.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codegen } from '@graphql-codegen/core';
import * as documents from '@graphql-codegen/typed-document-node';
import * as inputs from '@graphql-codegen/typescript';
import * as operations from '@graphql-codegen/typescript-operations';
import { buildSchema, Kind, parse, printSchema, visit } from 'graphql';

const HERE = dirname(fileURLToPath(import.meta.url));
const SOURCES = join(HERE, '../src');
const GENERATED = join(SOURCES, 'generated');
const SHARED = join(SOURCES, 'lib/fragments.graphql');
const SCALARS = {
  ID: 'string',
  JSON: 'unknown',
  DateTime: 'string',
  ByteCount: 'number',
  Digest: 'string',
  Step: 'number',
};
const OPTIONS = {
  scalars: SCALARS,
  strictScalars: true,
  enumsAsTypes: true,
  useTypeImports: true,
  onlyOperationTypes: true,
  skipTypename: false,
  nonOptionalTypename: true,
  avoidOptionals: { field: true, inputValue: false, object: false, defaultValue: false },
  dedupeFragments: true,
  optimizeDocumentNode: true,
};

const schema = buildSchema(readFileSync(join(HERE, '../../../schema.graphql'), 'utf-8'));
const shared = parse(readFileSync(SHARED, 'utf-8')).definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);

/** The document with the shared fragments that it uses, directly or through others. */
function complete(document) {
  const own = new Set(document.definitions.map((one) => ('name' in one ? one.name?.value : undefined)));
  const added = new Map();
  const add = (node) => {
    visit(node, {
      FragmentSpread(spread) {
        const found = shared.find((one) => one.name.value === spread.name.value);
        if (!found || own.has(spread.name.value) || added.has(spread.name.value)) return;
        added.set(spread.name.value, found);
        add(found);
      },
    });
  };
  add(document);
  return { ...document, definitions: [...document.definitions, ...added.values()] };
}

rmSync(GENERATED, { recursive: true, force: true });
const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf-8' }).filter((name) => name.endsWith('.graphql'));
for (const name of files.sort()) {
  const source = join(SOURCES, name);
  if (source === SHARED) continue;
  const target = join(GENERATED, name.replace(/\.graphql$/, '.ts'));
  const text = await codegen({
    filename: target,
    schema: parse(printSchema(schema)),
    documents: [{ location: source, document: complete(parse(readFileSync(source, 'utf-8'))) }],
    plugins: [{ inputs: OPTIONS }, { operations: OPTIONS }, { documents: OPTIONS }],
    pluginMap: { inputs, operations, documents },
    config: {},
  });
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, `// Generated from ${relative(SOURCES, source)} by \`npm run generate\`.\n${text}`);
}

// Writes src/generated/<folder>/<file>.ts for each src/<folder>/<file>.graphql: its types and its documents.
//
//     npm run generate
//
// A document may use the fragments of its own file and of src/lib/fragments.graphql.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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

/** The module for a document: its types and the document itself. */
async function moduleOf(name) {
  const text = await codegen({
    filename: `${name}.ts`,
    schema: parse(printSchema(schema)),
    documents: [{ location: name, document: complete(parse(readFileSync(join(SOURCES, name), 'utf-8'))) }],
    plugins: [{ inputs: OPTIONS }, { operations: OPTIONS }, { documents: OPTIONS }],
    pluginMap: { inputs, operations, documents },
    config: {},
  });
  return `// Generated from ${name} by \`npm run generate\`.\n${text}`;
}

function filesIn(folder, ending) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf-8' }).filter((name) => name.endsWith(ending));
}

const wanted = new Set();
for (const name of filesIn(SOURCES, '.graphql').sort()) {
  if (join(SOURCES, name) === SHARED) continue;
  const target = join(GENERATED, name.replace(/\.graphql$/, '.ts'));
  wanted.add(target);
  try {
    const text = await moduleOf(name);
    // A file that stays the same keeps its time: nothing that reads it is built again.
    if (existsSync(target) && readFileSync(target, 'utf-8') === text) continue;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  } catch (error) {
    console.error(`${name}: ${error.message}`);
    process.exitCode = 1;
  }
}
for (const name of filesIn(GENERATED, '.ts')) {
  if (!wanted.has(join(GENERATED, name))) rmSync(join(GENERATED, name));
}

// Asks Microsoft's own parser of KQL (@kusto/language-service-next). For
// development only: the product neither contains nor needs it.
//
//   node oracle.js signatures            functions, aggregates, operators' facts
//   node oracle.js answer SCHEMA < QUERIES > ANSWERS
//
// SCHEMA is a JSON object: table -> "(column:type, ...)". QUERIES are JSON
// strings, one a line; an answer is one line:
//   {"columns":[["name","type"],...]}   a valid query that gives a table
//   {"open":true}                       a valid query whose columns depend on data
//   {"scalar":"type"}                   a valid expression that is no table
//   {"errors":["KS142 ..."]}            what is wrong with the query
//   {"syntax":["KS006 ..."]}            what the parser cannot read of it
"use strict";
const fs = require("fs"), path = require("path"), vm = require("vm");

const home = path.join(__dirname, "node_modules/@kusto/language-service-next");
for (const file of ["bridge.js", "Kusto.Language.Bridge.js"]) {
  const at = path.join(home, file);
  vm.runInThisContext(fs.readFileSync(at, "utf8"), { filename: at });
}
const K = Kusto.Language;

function array(list) {
  if (!list) return [];
  const n = list.Count !== undefined ? list.Count : list.length;
  return Array.from({ length: n }, (_, i) => (list.getItem ? list.getItem(i) : list[i]));
}

const named = (type, v) => System.Enum.toString(type, v);

// ---- answer

// The queries' database, and another one on the same cluster.
function globals(schema) {
  const tables = Object.entries(schema).map(([name, s]) => K.Symbols.TableSymbol.From(s).WithName(name));
  const here = new K.Symbols.DatabaseSymbol.ctor("db", tables);
  return K.GlobalState.Default.WithDatabase(here);
}

const errors = (list) =>
  array(list).filter((d) => d.Severity === "Error").map((d) => `${d.Code} ${d.Message}`);

function answer(query, state) {
  const code = K.KustoCode.ParseAndAnalyze(query, state);
  const syntax = errors(code.GetSyntaxDiagnostics());
  if (syntax.length) return { syntax };
  const all = errors(code.GetDiagnostics());
  if (all.length) return { errors: all };
  let result = code.ResultType;
  if (!result) return { open: true };
  if (result.Members && result.Kind === K.Symbols.SymbolKind.Group) {
    const tables = array(result.Members).filter((m) => m.Columns);
    if (tables.length) return { tables: tables.map(columnsOf) };
  }
  if (!result.Columns) return { scalar: result.Name };
  if (result.IsOpen) return { open: true };
  return { columns: columnsOf(result) };
}

const columnsOf = (table) => array(table.Columns).map((c) => [c.Name, c.Type ? c.Type.Name : "?"]);

// ---- signatures

function signature(s) {
  return {
    returns: named(K.Symbols.ReturnTypeKind, s.ReturnKind),
    type: s.DeclaredReturnType ? s.DeclaredReturnType.Name : "",
    hidden: !!s.IsHidden,
    layout: array(s.Parameters).length ? layoutOf(s) : "",
    parameters: array(s.Parameters).map((p) => ({
      name: p.Name,
      kind: named(K.Symbols.ParameterTypeKind, p.TypeKind),
      types: array(p.DeclaredTypes).map((t) => t.Name),
      argument: named(K.Symbols.ArgumentKind, p.ArgumentKind),
      least: p.MinOccurring,
      most: Math.min(p.MaxOccurring, 99),
      values: array(p.Values).map(String),
    })),
  };
}

const layoutOf = (s) => Bridge.getTypeName(s.Layout).replace(/^.*\./, "");

const functionsOf = (list) =>
  array(list).map((f) => ({ name: f.Name, hidden: !!f.IsHidden, signatures: array(f.Signatures).map(signature) }));

// ---- main

const [mode, file] = process.argv.slice(2);
if (mode === "signatures") {
  const all = { functions: functionsOf(K.Functions.All), aggregates: functionsOf(K.Aggregates.All), plugins: functionsOf(K.PlugIns.All) };
  fs.writeSync(1, JSON.stringify(all) + "\n");
} else if (mode === "answer") {
  const state = globals(JSON.parse(fs.readFileSync(file, "utf8")));
  for (const line of fs.readFileSync(0, "utf8").split("\n")) {
    if (!line) continue;
    let a;
    try {
      a = answer(JSON.parse(line), state);
    } catch (e) {
      a = { failed: String(e).slice(0, 200) };
    }
    fs.writeSync(1, JSON.stringify(a) + "\n");
  }
} else {
  console.error("usage: node oracle.js signatures | answer SCHEMA");
  process.exit(2);
}

// Asks Microsoft's own parser of KQL (@kusto/language-service-next). For
// development only: the product neither contains nor needs it.
//
//   node oracle.js signatures            functions, aggregates, operators' facts
//   node oracle.js answer SCHEMA [raw] < QUERIES > ANSWERS
//
// With raw, the parser is asked as it is; else corrected (below) where an answer
// of Microsoft's engine or a page of its documentation says otherwise. Each
// correction names that: an id is a case of the conformance file.
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

// ---- corrections: where the engine or its documentation contradicts the parser

const { ColumnSymbol, TableSymbol, ScalarTypes } = K.Symbols;
const { NodeBinder } = K.Binding.Binder;
const infoOf = (table, info) => new K.Binding.SemanticInfo.$ctor5(table, info.Diagnostics);

// The same columns, of those with one name the last, where the first stood.
function withoutTwins(columns) {
  const at = new Map(), out = [];
  for (const c of columns) {
    if (at.has(c.Name)) out[at.get(c.Name)] = c;
    else at.set(c.Name, out.push(c) - 1);
  }
  return out;
}

const corrections = {
  // parse extends the table by the columns that it is given (the page of parse),
  // and "column names noted by extend that already exist in the input are removed
  // and appended as their new calculated values" (the page of extend): there are
  // no two columns of one name. The parser makes two and goes on with the old one.
  parse() {
    for (const visit of ["VisitParseOperator", "VisitParseWhereOperator", "VisitParseKvOperator"]) {
      const ask = NodeBinder.prototype[visit];
      NodeBinder.prototype[visit] = function (node) {
        const info = ask.call(this, node), columns = array(info.ResultType.Columns), single = withoutTwins(columns);
        return single.length === columns.length ? info : infoOf(new TableSymbol.ctor(single), info);
      };
    }
  },
  // "The name of the column to add or update" (the page of serialize).
  serialize() {
    NodeBinder.prototype.VisitSerializeOperator = function (node) {
      const info = this.VisitExtendOperator(node);
      return infoOf(info.ResultType.WithIsSerialized(true), info);
    };
  },
  // "inner: the result has the subset of columns that are common to all of the
  // input tables" (the page of union).
  innerUnion() {
    const ask = NodeBinder.prototype.VisitUnionOperator;
    NodeBinder.prototype.VisitUnionOperator = function (node) {
      const info = ask.call(this, node);
      const kind = array(node.Parameters).find((p) => p.Name.SimpleName === "kind");
      if (!kind || kind.Expression.LiteralValue !== "inner") return info;
      const tables = new (System.Collections.Generic.List$1(TableSymbol).ctor)();
      if (this._binder._rowScope) tables.add(this._binder._rowScope);
      for (const e of array(node.Expressions)) this._binder.AddTables(e.Element$1.ResultType, tables);
      const source = array(node.Parameters).find((p) => /^with_?source$/.test(p.Name.SimpleName));
      const name = source && (source.Expression.SimpleName || source.Expression.LiteralValue);
      const everywhere = (c) => array(tables).every((t) => array(t.Columns).some((o) => o.Name === c.Name && o.Type === c.Type));
      const kept = array(info.ResultType.Columns).filter((c, i) => (i === 0 && c.Name === name) || everywhere(c));
      return infoOf(new TableSymbol.ctor(kept), info);
    };
  },
  // "outer: the result has all the columns that occur in any of the inputs"
  // (the page of union): the parser forgets a column when two tables before it
  // have one of its name and of another type.
  threeTables() {
    const map = K.Binding.ColumnMap.prototype, add = map.Add;
    map.Add = function (column) {
      const found = {};
      if (this._nameMap.tryGetValue(column.Name, found) && found.v.getItem && found.v.add && !found.v.containsKey) {
        const key = this.GetTypeKey(found.v.getItem(0).Type);
        if (key !== this.GetTypeKey(column.Type)) {
          const byType = new (System.Collections.Generic.Dictionary$2(K.Symbols.TypeSymbol, System.Object).ctor)();
          byType.setItem(key, found.v);
          byType.setItem(this.GetTypeKey(column.Type), column);
          this._nameMap.setItem(column.Name, byType);
          return;
        }
      }
      add.call(this, column);
    };
  },
  // The engine's year and month are long: getyear-function-00 and
  // monthofyear-function-00. Other parts of a date are left as the parser has them.
  datePart() {
    const names = ["monthofyear", "getyear"];
    const ask = K.Binding.Binder.prototype.GetFunctionCallResult;
    K.Binding.Binder.prototype.GetFunctionCallResult = function (signature, ...rest) {
      const result = ask.call(this, signature, ...rest);
      if (names.includes(signature.Symbol.Name)) result.Type = ScalarTypes.Long;
      return result;
    };
  },
  // The engine names covariancep(x, y) covariancep_x_y:
  // covariancep-aggregation-function-00, and the page of covariance shows
  // covariance_x_y.
  covariance() {
    const binder = K.Binding.Binder, ask = binder.GetFunctionResultName;
    binder.GetFunctionResultName = function (call, name, row) {
      const own = ask.call(this, call, name, row), args = array(call.ArgumentList.Expressions);
      return /^covariance/.test(call.Name.SimpleName) && args.length > 1 ? own + "_" + binder.GetExpressionResultName(args[1].Element$1, "") : own;
    };
  },
  // A match's number is a column only with with_match_id (the examples on the page
  // of scan show none without).
  scan() {
    const ask = NodeBinder.prototype.VisitScanOperator;
    NodeBinder.prototype.VisitScanOperator = function (node) {
      const info = ask.call(this, node);
      if (array(node.Parameters).some((p) => p.Name.SimpleName === "with_match_id")) return info;
      return infoOf(new TableSymbol.ctor(array(info.ResultType.Columns).slice(0, -1)), info);
    };
  },
  // A series is an array, whatever is gathered in it (the page of make-series,
  // make-series-operator-03); the parser gives take_any the type of an element.
  makeSeries() {
    const ask = NodeBinder.prototype.VisitMakeSeriesOperator;
    NodeBinder.prototype.VisitMakeSeriesOperator = function (node) {
      const info = ask.call(this, node), keys = node.ByClause ? node.ByClause.Expressions.Count : 0;
      const columns = array(info.ResultType.Columns).map((c, i) => (i < keys ? c : c.WithType(ScalarTypes.Dynamic)));
      return infoOf(new TableSymbol.ctor(columns), info);
    };
  },
  // The engine's ColumnOrdinal is an int: mv-expand-operator-05.
  getSchema() {
    const columns = array(NodeBinder.s_GetSchemaInfo.ResultType.Columns)
      .map((c) => (c.Name === "ColumnOrdinal" ? c.WithType(ScalarTypes.Int) : c));
    NodeBinder.s_GetSchemaInfo = new K.Binding.SemanticInfo.$ctor5(new TableSymbol.ctor(columns));
  },
};

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
  if (result === K.Symbols.VoidSymbol.Instance) return { columns: [] };
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

const [mode, file, raw] = process.argv.slice(2);
if (!raw) for (const correct of Object.values(corrections)) correct();
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

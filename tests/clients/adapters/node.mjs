// A process that is told what to do on its standard input, a JSON object a line, and answers on its output.
// Arguments: the folder that has node_modules, the package, the adapter's file, its options as JSON.
import {createRequire} from "node:module";
import {createInterface} from "node:readline";
import {Sockets} from "./calls.mjs";

const [folder, name, adapter, options] = process.argv.slice(2);
const library = createRequire(`${folder}/`)(name);
const {Adapter} = await import(adapter);

const write = message => process.stdout.write(`${JSON.stringify(message)}\n`);
const sockets = new Sockets(notify => new Adapter(library, notify, JSON.parse(options)), write);

for await (const line of createInterface({input: process.stdin})){
  const {id, ...call} = JSON.parse(line);
  sockets.call(call).then(
    result => write({id, result: result ?? null}),
    error => write({id, error: String(error.stack ?? error)}),
  );
}
process.exit(0);

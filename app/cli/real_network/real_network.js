// Fetches a really trained Inception V3: node real_network.js WORK OUT
//
// The npm package nsfwjs 4.3.0 (MIT) carries one as programs that return base64. They are taken from the package, whose
// hash is known, run in a context that has nothing in it, and written to the new folder OUT as the model.json and shards
// that they were made of. WORK: an empty folder.
const fs = require('fs'), path = require('path');
const PACKAGE = 'nsfwjs-4.3.0.tgz', HASH = '4496790efc9bdc6f3e85a826a8e482c1fa1e9db4b3d18c095e98cc0c73cfb12f';
const FOLDER = 'package/dist/models/inception_v3/';
const [work, out] = process.argv.slice(-2);

function fail(why) {
  console.error(why);
  process.exit(1);
}

try {
  require('child_process').execFileSync('npm', ['pack', '--silent', 'nsfwjs@4.3.0'],
                                        {cwd: work, stdio: ['ignore', 'ignore', 'inherit'], timeout: 300000});
} catch (error) {
  fail('npm could not fetch the package nsfwjs: ' + (error.code === 'ENOENT' ? 'there is no npm' : 'see above'));
}
const packed = fs.readFileSync(path.join(work, PACKAGE));
if (require('crypto').createHash('sha256').update(packed).digest('hex') !== HASH)
  fail(PACKAGE + ' is not the package that is known: it has another hash');

const tar = require('zlib').gunzipSync(packed), texts = {};
for (let at = 0; at + 512 <= tar.length && tar[at] !== 0;) {
  const name = tar.toString('latin1', at, at + 100).replace(/\0.*$/s, '');
  const size = parseInt(tar.toString('latin1', at + 124, at + 135), 8);
  if (name.startsWith(FOLDER))
    texts[name.slice(FOLDER.length)] = tar.toString('utf8', at + 512, at + 512 + size);
  at += 512 + Math.ceil(size / 512) * 512;
}
function valueOf(name) {
  const module = {exports: {}};
  require('vm').runInNewContext(texts[name + '.min.js'], {module, exports: module.exports});
  return module.exports;
}
const model = valueOf('model'), part = path.join(work, 'model');
fs.mkdirSync(part);
for (const shard of model.weightsManifest.flatMap(group => group.paths))
  fs.writeFileSync(path.join(part, shard), Buffer.from(valueOf(shard), 'base64'));
fs.writeFileSync(path.join(part, 'model.json'), JSON.stringify(model));
fs.renameSync(part, out);

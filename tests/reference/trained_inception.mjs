// A really trained Inception V3, and what TensorFlow.js computes with it:
//
//   node tests/reference/trained_inception.mjs MODEL TFJS FILE
//
// MODEL: the folder that app/cli/real_network/real_network.js wrote (packaging/test.sh does it, into build/trained); TFJS: a folder
// with @tensorflow/tfjs 4.22 installed. Gives the network six pictures by formula (the same as in
// tests/nn/trained_network_test.cpp), divided by 255 as it was taught, and writes, for each, the 2,048 numbers of its
// layer flatten_1 and the five probabilities as little-endian float32: tests/nn/golden/trained_inception.f32. Plain
// JavaScript takes half a minute a picture.

import {createRequire} from 'node:module';
import * as fs from 'node:fs';
import * as path from 'node:path';

const SIDE = 299, PICTURES = 6;

// A slope of colours, a disc, a band as of a caption with words, and stripes; whole numbers only.
function pixel(k, x, y, c) {
  if (y >= 20 && y < 60)
    return (Math.floor((x * (k + 3)) / 31) * 7 + Math.floor(y / 9) * 5) % 4 === 0 ? 10 : 245;
  const dx = x - 120 - 10 * k, dy = y - 150;
  if (dx * dx + dy * dy < (40 + 8 * k) * (40 + 8 * k))
    return 60 + 30 * ((c + k) % 3) * 2 + Math.floor((x + y) / 8);
  if (y >= 250)
    return Math.floor(x / (5 + 2 * k)) % 2 === 0 ? 230 - 40 * c : 30 + 20 * c;
  return Math.floor((x * (k + 1) + y * (6 - k) + 200 * c) / 8) % 256;
}

function picture(k) {
  const values = new Float32Array(SIDE * SIDE * 3);
  let at = 0;
  for (let y = 0; y < SIDE; ++y)
    for (let x = 0; x < SIDE; ++x)
      for (let c = 0; c < 3; ++c)
        values[at++] = pixel(k, x, y, c) / 255;
  return values;
}

async function golden(folder, tfjs, file) {
  const tf = createRequire(path.resolve(tfjs, 'package.json'))('@tensorflow/tfjs');
  await tf.setBackend('cpu');
  const json = JSON.parse(fs.readFileSync(path.join(folder, 'model.json')));
  const shards = json.weightsManifest.flatMap(group => group.paths.map(name => fs.readFileSync(path.join(folder, name))));
  const bytes = Buffer.concat(shards);
  const model = await tf.loadLayersModel({
    load: async () => ({
      modelTopology: json.modelTopology,
      weightSpecs: json.weightsManifest.flatMap(group => group.weights),
      weightData: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
    }),
  });
  const both = tf.model({inputs: model.inputs, outputs: [model.getLayer('flatten_1').output, model.outputs[0]]});
  const parts = [];
  for (let k = 0; k < PICTURES; ++k) {
    const started = Date.now();
    const [features, classes] = both.predict(tf.tensor(picture(k), [1, SIDE, SIDE, 3]));
    const probabilities = await classes.data();
    parts.push(await features.data(), probabilities);
    console.log(k, `${(Date.now() - started) / 1000} s`, [...probabilities].map(p => p.toFixed(4)).join(' '));
  }
  fs.writeFileSync(file, Buffer.concat(parts.map(part => Buffer.from(part.buffer, part.byteOffset, part.byteLength))));
}

if (process.argv.length !== 5) {
  console.error('MODEL TFJS FILE');
  process.exit(2);
}
await golden(...process.argv.slice(2));

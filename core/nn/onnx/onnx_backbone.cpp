#include "core/nn/onnx/onnx_backbone.h"

#include <algorithm>

#include <ATen/ATen.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/nn/networks/network.h"
#include "core/nn/networks/network_description.h"
#include "core/nn/onnx/interpreter.h"

namespace dank {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kKeys[] = {"title", "input_side", "crop_side", "columns", "mean", "std", "output", "pool"};

enum class Pool { None, First, Mean };

/// What graph and description say together.
struct OnnxEncoder {
    OnnxFile file;  ///< with one output, the one that is meant
    BackboneSpec spec;
    bool channelsLast = false;
    bool onePicture = false;  ///< the graph takes one at a time
    Pool pool = Pool::None;
};

[[noreturn]] void refuse(const fs::path &file, const std::string &why)
{
    throw Error(ErrorKind::Weights, displayPath(file) + " cannot be used as a network: " + why + ".", file);
}

std::string names(const std::vector<OnnxValue> &values)
{
    std::string all;
    for (const OnnxValue &value : values)
        all += (all.empty() ? "" : ", ") + printable(sanitizeUtf8(value.name.substr(0, 60)));
    return all;
}

/// The graph with `name` as its only output.
void takeOutput(OnnxEncoder &encoder, const std::string &name)
{
    auto graph = std::make_shared<OnnxGraph>(*encoder.file.graph);
    const auto declared = std::find_if(graph->outputs.begin(), graph->outputs.end(),
                                       [&](const OnnxValue &value) { return value.name == name; });
    OnnxValue output;
    output.name = name;
    if (declared != graph->outputs.end())
        output = *declared;
    graph->outputs = {output};
    encoder.file.graph = std::move(graph);
}

OnnxEncoder readEncoder(const fs::path &file)
{
    OnnxEncoder encoder;
    encoder.file = openOnnxFile(file);
    const NetworkDescription description(file, kKeys,
                                         "mean and std, and may have title, input_side, crop_side, columns, output and "
                                         "pool");
    const OnnxGraph &graph = *encoder.file.graph;
    if (graph.inputs.size() != 1)
        refuse(file, "it takes " + std::to_string(graph.inputs.size()) + " inputs (" + names(graph.inputs)
                         + "), and an encoder of pictures takes one");
    const OnnxValue &input = graph.inputs.front();
    if (input.type != DType::F32 && input.type != DType::F16 && input.type != DType::BF16)
        refuse(file, "its input is no floating-point number");
    if (input.shape.size() != 4 || (input.shape[1] != 3 && input.shape[3] != 3))
        refuse(file, "its input is neither [batch, 3, side, side] nor [batch, side, side, 3]");
    encoder.channelsLast = input.shape[1] != 3;
    encoder.onePicture = input.shape[0] == 1;
    if (input.shape[0] > 1)
        refuse(file, "it takes " + std::to_string(input.shape[0])
                         + " pictures at a time and no other number. Export it with an open batch");
    const std::int64_t height = input.shape[encoder.channelsLast ? 1 : 2],
                       width = input.shape[encoder.channelsLast ? 2 : 3];
    BackboneSpec &spec = encoder.spec;
    spec.id = kOnnxId;
    spec.summary = "Your own network, an ONNX file";
    const std::int64_t side = height > 0 ? height : width;
    if (height > 0 && width > 0 && height != width)
        refuse(file, "its pictures are " + std::to_string(width) + " x " + std::to_string(height)
                         + ", and only square ones are taken here");
    const std::optional<int> saidSide = description.inputSide();
    if (!saidSide && (side < 8 || side > 2048))
        description.root().refuse("the graph leaves the pictures' side open, so 'input_side' has to say it");
    if (saidSide && side > 0 && *saidSide != side)
        description.root().refuse("'input_side' is " + std::to_string(*saidSide) + ", and the graph takes pictures of "
                                  + std::to_string(side));
    spec.inputSide = saidSide ? *saidSide : static_cast<int>(side);
    description.describe(spec);

    const auto output = description.root().find("output"), pool = description.root().find("pool");
    if (!output && graph.outputs.size() != 1)
        description.root().refuse("the graph has the outputs " + names(graph.outputs)
                                  + ", and 'output' has to name the one that is meant");
    takeOutput(encoder, output ? output->text(4096) : graph.outputs.at(0).name);
    if (pool) {
        const std::string how = pool->text(16);
        if (how != "first" && how != "mean")
            description.root().refuse("'pool' is neither \"first\" nor \"mean\"");
        encoder.pool = how == "first" ? Pool::First : Pool::Mean;
    }
    const std::vector<std::int64_t> &shape = encoder.file.graph->outputs.front().shape;
    if (shape.size() == 3 && encoder.pool == Pool::None)
        description.root().refuse("the output is [batch, tokens, columns], and 'pool' has to say which is the feature, "
                                  "\"first\" or \"mean\"");
    const std::optional<int> saidColumns = description.columns();
    const std::int64_t columns = shape.size() == 3 ? shape[2] : shape.size() > 1 ? shape[1] : -1;
    if (!saidColumns && (columns < 1 || columns > NetworkDescription::kMostColumns))
        description.root().refuse("the graph does not say how many numbers a picture gets, so 'columns' has to say it");
    spec.columns = saidColumns ? *saidColumns : static_cast<int>(columns);
    return encoder;
}

class OnnxEncoderNetwork : public Network {
public:
    OnnxEncoderNetwork(const OnnxEncoder &encoder, const Placement &placement)
        : m_interpreter(encoder.file, placement), m_path(encoder.file.path), m_columns(encoder.spec.columns),
          m_channelsLast(encoder.channelsLast), m_onePicture(encoder.onePicture), m_pool(encoder.pool)
    {
    }

    at::Tensor forward(at::Tensor x, const CancelToken &cancel) const override
    {
        if (m_channelsLast)
            x = x.permute({0, 2, 3, 1});
        if (!m_onePicture || x.size(0) == 1)
            return features(std::move(x), cancel);
        std::vector<at::Tensor> rows;
        for (std::int64_t i = 0; i < x.size(0); ++i)
            rows.push_back(features(x.narrow(0, i, 1), cancel));
        return at::cat(rows, 0);
    }

private:
    at::Tensor features(at::Tensor x, const CancelToken &cancel) const
    {
        const std::int64_t count = x.size(0);
        at::Tensor y = m_interpreter.run({std::move(x)}, cancel).front();
        const std::string shape = c10::str(y.sizes());
        if (!y.is_floating_point())
            refuse(m_path, "its output is no floating-point number");
        if (y.dim() == 4)
            y = y.mean({2, 3});
        else if (y.dim() == 3 && m_pool != Pool::None)
            y = m_pool == Pool::First ? y.select(1, 0) : y.mean(1);
        if (y.dim() != 2 || y.size(0) != count || y.size(1) != m_columns)
            refuse(m_path, "it answers " + std::to_string(count) + " pictures with a tensor of shape " + shape
                               + ", which does not give " + std::to_string(m_columns) + " numbers for each");
        return y;
    }

    const OnnxInterpreter m_interpreter;
    const fs::path m_path;
    const std::int64_t m_columns;
    const bool m_channelsLast, m_onePicture;
    const Pool m_pool;
};

}  // namespace

BackboneSpec onnxSpec(const fs::path &file)
{
    return readEncoder(file).spec;
}

std::unique_ptr<Backbone> makeOnnxBackbone(const BackboneSpec &spec, const fs::path &file, const Device &device,
                                           Precision precision)
{
    const OnnxEncoder encoder = readEncoder(file);
    return makeNetworkBackbone(spec, device, precision, [&](const Placement &placement) {
        auto network = std::make_unique<OnnxEncoderNetwork>(encoder, placement);
        const std::int64_t side = spec.inputSide;
        network->forward(at::zeros({2, 3, side, side}, at::TensorOptions().dtype(placement.type))
                             .to(placement.device)
                             .contiguous(at::MemoryFormat::ChannelsLast),
                         {});
        return network;
    });
}

}  // namespace dank

#include "core/nn/onnx/onnx_file.h"

#include <cstring>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/nn/onnx/onnx_tensors.h"
#include "core/nn/onnx/protobuf.h"

namespace dank {

namespace fs = std::filesystem;
using namespace protobuf;

namespace {

constexpr std::size_t kMostItems = 1'000'000;  // nodes, names, settings, tensors: each takes some hundred bytes
constexpr std::size_t kMostSides = 16;
constexpr std::int64_t kMostSide = std::int64_t{1} << 40;
constexpr int kMostDepth = 8;  // of graphs in nodes of graphs

class Parser {
public:
    Parser(const fs::path &path, bool mayLookBeside) : m_path(path), m_tensors(path, mayLookBeside) {}

    OnnxFile file(Bytes bytes)
    {
        OnnxFile file;
        file.path = m_path;
        std::shared_ptr<OnnxGraph> graph;
        Message message(bytes);
        for (Field field; message.next(field);) {
            if (field.number == 7) {
                if (graph)
                    refuse("it has two graphs");
                graph = std::make_shared<OnnxGraph>(this->graph(field.message(), 0));
            } else if (field.number == 8) {
                std::string domain;
                std::int64_t version = 0;
                Message opset(field.message());
                for (Field part; opset.next(part);) {
                    if (part.number == 1)
                        domain = part.text();
                    else if (part.number == 2)
                        version = part.whole();
                }
                if (isOwnDomain(domain))
                    file.opset = version;
            }
        }
        if (!graph)
            refuse("it holds no graph");
        if (file.opset < 1 || file.opset > 1000)
            refuse("it does not say which version of ONNX's operators it uses");
        file.graph = std::move(graph);
        file.outside.assign(m_tensors.outside().begin(), m_tensors.outside().end());
        return file;
    }

    TensorView tensor(Bytes bytes, std::string &name)
    {
        count();
        return m_tensors.tensor(bytes, name);
    }

    const std::shared_ptr<OnnxTensors::Owner> &owner() const { return m_tensors.owner(); }

private:
    static bool isOwnDomain(const std::string &domain) { return domain.empty() || domain == "ai.onnx"; }

    void count(std::size_t items = 1)
    {
        m_items += items;
        if (m_items > kMostItems)
            refuse("it has more than a million nodes, names and settings");
    }

    OnnxValue value(Bytes bytes)
    {
        count();
        OnnxValue value;
        Message message(bytes);
        for (Field field; message.next(field);) {
            if (field.number == 1) {
                value.name = field.text();
            } else if (field.number == 2) {
                Message type(field.message());
                for (Field part; type.next(part);)
                    if (part.number == 1)
                        tensorType(part.message(), value);
            }
        }
        return value;
    }

    void tensorType(Bytes bytes, OnnxValue &value)
    {
        Message message(bytes);
        for (Field field; message.next(field);) {
            if (field.number == 1) {
                switch (field.whole()) {
                case 1: value.type = DType::F32; break;
                case 2: value.type = DType::U8; break;
                case 3: value.type = DType::I8; break;
                case 5: value.type = DType::I16; break;
                case 6: value.type = DType::I32; break;
                case 7: value.type = DType::I64; break;
                case 9: value.type = DType::Bool; break;
                case 10: value.type = DType::F16; break;
                case 11: value.type = DType::F64; break;
                case 16: value.type = DType::BF16; break;
                default: break;
                }
            } else if (field.number == 2) {
                value.hasShape = true;
                Message shape(field.message());
                for (Field side; shape.next(side);) {
                    if (side.number != 1)
                        continue;
                    std::int64_t length = -1;
                    Message dimension(side.message());
                    for (Field part; dimension.next(part);)
                        if (part.number == 1 && part.whole() > 0 && part.whole() <= kMostSide)
                            length = part.whole();
                    value.shape.push_back(length);
                    if (value.shape.size() > kMostSides)
                        refuse(shown(value.name) + " has more than " + std::to_string(kMostSides) + " sides");
                }
            }
        }
    }

    OnnxAttribute attribute(Bytes bytes, int depth)
    {
        count();
        OnnxAttribute attribute;
        std::int64_t kind = 0;
        bool hasTensor = false;
        std::string unused;
        Message message(bytes);
        for (Field field; message.next(field);) {
            switch (field.number) {
            case 1: attribute.name = field.text(); break;
            case 2: attribute.number = field.number32(); break;
            case 3: attribute.whole = field.whole(); break;
            case 4: attribute.text = field.text(std::size_t{1} << 16); break;
            case 5:
                attribute.tensor = tensor(field.message(), unused);
                hasTensor = true;
                break;
            case 6: attribute.graph = std::make_shared<OnnxGraph>(graph(field.message(), depth + 1)); break;
            case 7:
                if (field.wire == Wire::Four) {
                    attribute.numbers.push_back(field.number32());
                } else {
                    const Bytes packed = field.message();
                    if (packed.size() % 4 != 0)
                        refuse("the setting " + shown(attribute.name) + " ends inside a number");
                    const std::size_t before = attribute.numbers.size();
                    attribute.numbers.resize(before + packed.size() / 4);
                    if (!packed.empty())
                        std::memcpy(&attribute.numbers[before], packed.data(), packed.size());
                }
                break;
            case 8: addWholes(field, attribute.wholes); break;
            case 20: kind = field.whole(); break;
            default: break;
            }
        }
        using Kind = OnnxAttribute::Kind;
        switch (kind) {
        case 1: attribute.kind = Kind::Number; break;
        case 2: attribute.kind = Kind::Whole; break;
        case 3: attribute.kind = Kind::Text; break;
        case 4: attribute.kind = Kind::Tensor; break;
        case 5: attribute.kind = Kind::Graph; break;
        case 6: attribute.kind = Kind::Numbers; break;
        case 7: attribute.kind = Kind::Wholes; break;
        case 8: attribute.kind = Kind::Texts; break;
        default: refuse("the setting " + shown(attribute.name) + " is of a kind that is not read here");
        }
        if (attribute.kind == Kind::Graph && !attribute.graph)
            refuse("the setting " + shown(attribute.name) + " has no graph");
        if (attribute.kind == Kind::Tensor && !hasTensor)
            refuse("the setting " + shown(attribute.name) + " has no tensor");
        return attribute;
    }

    OnnxNode node(Bytes bytes, int depth)
    {
        count();
        OnnxNode node;
        Message message(bytes);
        for (Field field; message.next(field);) {
            switch (field.number) {
            case 1: count(), node.inputs.push_back(field.text()); break;
            case 2: count(), node.outputs.push_back(field.text()); break;
            case 3: node.name = field.text(); break;
            case 4: node.type = field.text(); break;
            case 5: node.attributes.push_back(attribute(field.message(), depth)); break;
            case 7: node.domain = field.text(); break;
            default: break;
            }
        }
        if (isOwnDomain(node.domain))
            node.domain.clear();
        return node;
    }

    OnnxGraph graph(Bytes bytes, int depth)
    {
        if (depth > kMostDepth)
            refuse("it has graphs within graphs, more than " + std::to_string(kMostDepth) + " deep");
        OnnxGraph graph;
        std::vector<OnnxValue> inputs;
        Message message(bytes);
        for (Field field; message.next(field);) {
            switch (field.number) {
            case 1: graph.nodes.push_back(node(field.message(), depth)); break;
            case 5: {
                std::string name;
                const TensorView constant = tensor(field.message(), name);
                if (!graph.constants.emplace(name, constant).second)
                    refuse("it has two tensors of the name " + shown(name));
                break;
            }
            case 11: inputs.push_back(value(field.message())); break;
            case 12: graph.outputs.push_back(value(field.message())); break;
            case 15: refuse("it has sparse tensors"); break;
            default: break;
            }
        }
        for (OnnxValue &input : inputs)  // old files list their weights among the inputs
            if (!graph.constants.contains(input.name))
                graph.inputs.push_back(std::move(input));
        return graph;
    }

    const fs::path &m_path;
    OnnxTensors m_tensors;
    std::size_t m_items = 0;
};

OnnxFile parse(Bytes bytes, const fs::path &path, std::shared_ptr<const void> bytesOwner, bool mayLookBeside)
{
    Parser parser(path, mayLookBeside);
    try {
        OnnxFile file = parser.file(bytes);
        parser.owner()->files.push_back(std::move(bytesOwner));
        file.owner = parser.owner();
        return file;
    } catch (const BadOnnx &bad) {
        throw Error(ErrorKind::Format, displayPath(path) + " is not a usable ONNX file: " + bad.why + ".", path);
    }
}

}  // namespace

OnnxFile openOnnxFile(const fs::path &path)
{
    MappedFile mapped = mapFile(path);
    return parse(mapped.bytes, path, std::move(mapped.owner), true);
}

OnnxFile parseOnnx(Bytes bytes, const fs::path &name, std::shared_ptr<const void> owner)
{
    return parse(bytes, name, std::move(owner), false);
}

OnnxTensorFile openOnnxTensor(const fs::path &path)
{
    MappedFile mapped = mapFile(path);
    Parser parser(path, false);
    try {
        OnnxTensorFile file;
        file.tensor = parser.tensor(mapped.bytes, file.name);
        parser.owner()->files.push_back(std::move(mapped.owner));
        file.owner = parser.owner();
        return file;
    } catch (const BadOnnx &bad) {
        throw Error(ErrorKind::Format, displayPath(path) + " is not a usable ONNX tensor: " + bad.why + ".", path);
    }
}

}  // namespace dank

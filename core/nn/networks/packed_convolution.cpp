#include "core/nn/networks/packed_convolution.h"

#include <new>
#include <stdexcept>
#include <string>

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include "core/nn/device.h"

namespace dank {

namespace {

// LibTorch's prepacked oneDNN convolutions have no C++ function, so they are called by name.
auto packOperator()
{
    return c10::Dispatcher::singleton().findSchema({"mkldnn_prepacked::conv2d_prepack", ""});
}

auto runOperator()
{
    return c10::Dispatcher::singleton().findSchema({"mkldnn_prepacked::conv2d_run", ""});
}

bool canPack(const Placement &placement)
{
    if (!placement.device.is_cpu() || !at::globalContext().hasMKLDNN() || !packOperator() || !runOperator())
        return false;
    return placement.type == at::kFloat || (placement.type == at::kBFloat16 && cpuHasNativeBFloat16());
}

}  // namespace

std::optional<c10::IValue> packConvolution(const at::Tensor &weight, const at::Tensor &bias, const WindowSteps &steps,
                                           std::vector<std::int64_t> typicalInput, bool relu,
                                           const Placement &placement)
{
    if (!canPack(placement))
        return std::nullopt;
    std::vector<c10::IValue> stack;
    stack.emplace_back(weight);
    stack.push_back(bias.defined() ? c10::IValue(bias) : c10::IValue());
    stack.emplace_back(steps.stride);
    stack.emplace_back(steps.padding);
    stack.emplace_back(steps.dilation);
    stack.emplace_back(steps.groups);
    stack.emplace_back(std::move(typicalInput));
    stack.emplace_back(std::string(relu ? "relu" : "none"));
    try {
        packOperator()->callBoxed(stack);
    } catch (const std::bad_alloc &) {
        throw;
    } catch (const c10::OutOfMemoryError &) {
        throw;
    } catch (const std::exception &) {  // oneDNN has none of that shape
        return std::nullopt;
    }
    return stack.at(0);
}

at::Tensor runPacked(const c10::IValue &packed, const at::Tensor &x)
{
    static const c10::OperatorHandle run = *runOperator();
    std::vector<c10::IValue> stack{x, packed};
    try {
        run.callBoxed(stack);
    } catch (const std::bad_alloc &) {
        throw;
    } catch (const c10::Error &) {
        throw;
    } catch (const std::exception &error) {  // oneDNN's own are neither LibTorch's nor runtime errors
        throw std::runtime_error(error.what());
    }
    return stack.at(0).toTensor();
}

}  // namespace dank

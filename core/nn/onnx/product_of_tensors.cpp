#include "core/nn/onnx/product_of_tensors.h"

#include <ATen/ATen.h>

#ifdef DANK_ONEDNN
#include <new>
#include <stdexcept>
#include <string>

#include <oneapi/dnnl/dnnl.hpp>
#endif

namespace dank {

#ifdef DANK_ONEDNN

namespace {

/// Where a matrix lies, or a copy that lies so: row by row, or column by column.
at::Tensor laidOut(const at::Tensor &matrices)
{
    const at::Tensor turned = matrices.transpose(-2, -1);
    return matrices.is_contiguous() || turned.is_contiguous() ? matrices : matrices.contiguous();
}

/// Of what laidOut() gives. The strides of sides of length 1 mean nothing to LibTorch and something to oneDNN, so they
/// are worked out anew.
dnnl::memory::desc describe(const at::Tensor &matrices)
{
    const std::int64_t rows = matrices.size(1), columns = matrices.size(2);
    dnnl::memory::dims strides{rows * columns, columns, 1};
    if (!matrices.is_contiguous())
        strides = {rows * columns, 1, rows};
    return {matrices.sizes().vec(), dnnl::memory::data_type::f32, strides};
}

/// a [batches, rows, inner] · b [batches, inner, columns]
at::Tensor batchProduct(const at::Tensor &a, const at::Tensor &b)
try {
    static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    at::Tensor out = at::empty({a.size(0), a.size(1), b.size(2)}, a.options());
    const dnnl::matmul::primitive_desc how({describe(a), describe(b), describe(out)}, engine);
    dnnl::stream stream(engine);
    dnnl::matmul(how).execute(stream, {{DNNL_ARG_SRC, {how.src_desc(), engine, a.data_ptr<float>()}},
                                       {DNNL_ARG_WEIGHTS, {how.weights_desc(), engine, b.data_ptr<float>()}},
                                       {DNNL_ARG_DST, {how.dst_desc(), engine, out.data_ptr<float>()}}});
    stream.wait();
    return out;
} catch (const dnnl::error &error) {
    if (error.status == dnnl_out_of_memory)
        throw std::bad_alloc();
    throw std::runtime_error(std::string("oneDNN: ") + error.what());
}

}  // namespace

at::Tensor productOf(const at::Tensor &a, const at::Tensor &b)
{
    const auto fits = [](const at::Tensor &t) {
        return t.is_cpu() && t.scalar_type() == at::kFloat && t.dim() >= 3 && t.numel() > 0;
    };
    if (!fits(a) || !fits(b) || a.sizes().slice(0, a.dim() - 2) != b.sizes().slice(0, b.dim() - 2)
        || a.size(-1) != b.size(-2))
        return at::matmul(a, b);
    const auto flat = [](const at::Tensor &t) { return laidOut(t.reshape({-1, t.size(-2), t.size(-1)})); };
    std::vector<std::int64_t> shape = a.sizes().vec();
    shape.back() = b.size(-1);
    return batchProduct(flat(a), flat(b)).view(shape);
}

#else

at::Tensor productOf(const at::Tensor &a, const at::Tensor &b)
{
    return at::matmul(a, b);
}

#endif

}  // namespace dank

#include "core/nn/networks/winograd.h"

#ifdef DANK_ONEDNN

#include <algorithm>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>

#include <omp.h>
#include <oneapi/dnnl/dnnl.hpp>

namespace dank {

namespace {

using dnnl::memory;
constexpr auto kFloat = memory::data_type::f32;

/// What oneDNN prepared for one number of rows on one number of threads; its scratch memory depends on both.
struct Plan {
    memory::dim rows = 0;
    int threads = 0;
    dnnl::convolution_forward convolution;
    dnnl::reorder reorderIn, reorderOut;
    memory::desc in, out;  ///< channels in groups of 16, as the convolution wants them
    memory::desc scratch;
    memory weight;
};

[[noreturn]] void throwTranslated(const dnnl::error &error)
{
    if (error.status == dnnl_out_of_memory)
        throw std::bad_alloc();
    throw std::runtime_error(std::string("oneDNN: ") + error.what());
}

class OneDnnWinograd final : public WinogradConvolution {
public:
    OneDnnWinograd(const Shape &shape, const std::vector<float> &weight, const std::vector<float> &bias, bool relu)
        : WinogradConvolution(shape), m_engine(dnnl::engine::kind::cpu, 0), m_relu(relu), m_weight(weight), m_bias(bias)
    {
        // Throws where there is no such convolution.
        if (describe(kLot).scratchpad_desc().get_size() > kMostScratch)
            m_lot = 1;
    }

    void run(const float *in, std::size_t rows, float *out) const override
    try {
        const auto square = [](int side) { return static_cast<std::size_t>(side) * static_cast<std::size_t>(side); };
        const std::size_t sizeIn = square(shape().side) * static_cast<std::size_t>(shape().inputs);
        const std::size_t sizeOut = square(shape().outputSide()) * static_cast<std::size_t>(shape().outputs);
        for (std::size_t row = 0; row < rows;) {
            const std::size_t lot = rows - row >= m_lot ? m_lot : 1;
            runLot(in + row * sizeIn, static_cast<memory::dim>(lot), out + row * sizeOut);
            row += lot;
        }
    } catch (const dnnl::error &error) {
        throwTranslated(error);
    }

private:
    /// Rows go in lots of this many and then one by one. Each number of rows has its scratch memory, which grows with
    /// it, and often its own layout of the weights, four times as large as they are: so there are two, whatever the
    /// batch.
    static constexpr std::size_t kLot = 8;
    /// With more than the caches hold, lots only make two workers wait for the memory.
    static constexpr std::size_t kMostScratch = 64 << 20;
    static constexpr std::size_t kPlans = 4;  ///< of both, for two numbers of threads

    void runLot(const float *in, memory::dim rows, float *out) const
    {
        const Plan plan = this->plan(rows);
        dnnl::stream stream(m_engine);
        memory source(plainIn(plan.rows), m_engine, const_cast<float *>(in)),
            target(plainOut(plan.rows), m_engine, out);
        memory blockedIn(plan.in, m_engine), blockedOut(plan.out, m_engine), scratch(plan.scratch, m_engine);
        plan.reorderIn.execute(stream, source, blockedIn);
        plan.convolution.execute(stream, {{DNNL_ARG_SRC, blockedIn},
                                          {DNNL_ARG_WEIGHTS, plan.weight},
                                          {DNNL_ARG_BIAS, biasMemory()},
                                          {DNNL_ARG_DST, blockedOut},
                                          {DNNL_ARG_SCRATCHPAD, scratch}});
        plan.reorderOut.execute(stream, blockedOut, target);
        stream.wait();
    }

    memory::desc plainIn(memory::dim rows) const
    {
        return {{rows, shape().inputs, shape().side, shape().side}, kFloat, memory::format_tag::nhwc};
    }
    memory::desc plainOut(memory::dim rows) const
    {
        const int side = shape().outputSide();
        return {{rows, shape().outputs, side, side}, kFloat, memory::format_tag::nhwc};
    }
    memory::desc plainWeight() const
    {
        return {{shape().outputs, shape().inputs, 3, 3}, kFloat, memory::format_tag::oihw};
    }
    memory biasMemory() const
    {
        return {{{shape().outputs}, kFloat, memory::format_tag::x}, m_engine, const_cast<float *>(m_bias.data())};
    }

    /// The one that was used last comes first; the last one goes when there are too many.
    Plan plan(memory::dim rows) const
    {
        const int threads = omp_get_max_threads();
        std::lock_guard lock(m_mutex);
        const auto found = std::find_if(m_plans.begin(), m_plans.end(), [&](const Plan &known) {
            return known.rows == rows && known.threads == threads;
        });
        if (found != m_plans.end()) {
            std::rotate(m_plans.begin(), found, found + 1);
        } else {
            m_plans.insert(m_plans.begin(), makePlan(rows, threads));
            m_plans.resize(std::min(m_plans.size(), kPlans));
        }
        return m_plans.front();
    }

    dnnl::convolution_forward::primitive_desc describe(memory::dim rows) const
    {
        const auto anyLayout = [](const memory::desc &plain) {
            return memory::desc(plain.dims(), kFloat, memory::format_tag::any);
        };
        dnnl::primitive_attr attributes;
        // oneDNN's own scratch memory belongs to the thread that made the primitive; these are shared.
        attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
        if (m_relu) {
            dnnl::post_ops after;
            after.append_eltwise(1, dnnl::algorithm::eltwise_relu, 0, 0);
            attributes.set_post_ops(after);
        }
        const memory::dim padding = shape().padding;
        return {{dnnl::prop_kind::forward_inference,
                 dnnl::algorithm::convolution_winograd,
                 anyLayout(plainIn(rows)),
                 anyLayout(plainWeight()),
                 biasMemory().get_desc(),
                 anyLayout(plainOut(rows)),
                 {1, 1},
                 {padding, padding},
                 {padding, padding}},
                attributes,
                m_engine};
    }

    Plan makePlan(memory::dim rows, int threads) const
    {
        const dnnl::convolution_forward::primitive_desc chosen = describe(rows);
        const auto reorder = [&](const memory::desc &from, const memory::desc &to) {
            return dnnl::reorder(dnnl::reorder::primitive_desc(m_engine, from, m_engine, to));
        };
        Plan plan{rows,
                  threads,
                  dnnl::convolution_forward(chosen),
                  reorder(plainIn(rows), chosen.src_desc()),
                  reorder(chosen.dst_desc(), plainOut(rows)),
                  chosen.src_desc(),
                  chosen.dst_desc(),
                  chosen.scratchpad_desc(),
                  {}};
        for (const Plan &other : m_plans)
            if (other.weight.get_desc() == chosen.weights_desc())
                plan.weight = other.weight;
        if (!plan.weight) {
            memory plain(plainWeight(), m_engine, const_cast<float *>(m_weight.data()));
            plan.weight = memory(chosen.weights_desc(), m_engine);
            dnnl::stream stream(m_engine);
            dnnl::reorder(plain, plan.weight).execute(stream, plain, plan.weight);
            stream.wait();
        }
        return plan;
    }

    dnnl::engine m_engine;
    bool m_relu;
    std::size_t m_lot = kLot;
    std::vector<float> m_weight, m_bias;
    mutable std::mutex m_mutex;
    mutable std::vector<Plan> m_plans;  ///< guarded by m_mutex
};

}  // namespace

std::unique_ptr<WinogradConvolution> WinogradConvolution::make(const Shape &shape, const std::vector<float> &weight,
                                                               const std::vector<float> &bias, bool relu)
{
    constexpr int kFewestInputs = 32;  // with three, to transform them costs more than the multiplications saved
    if (shape.inputs < kFewestInputs)
        return nullptr;
    try {
        return std::make_unique<OneDnnWinograd>(shape, weight, bias, relu);
    } catch (const dnnl::error &error) {
        if (error.status == dnnl_out_of_memory)
            throwTranslated(error);
        return nullptr;  // only processors with AVX-512 have it, for a padding of 0 or 1
    }
}

}  // namespace dank

#else

namespace dank {

std::unique_ptr<WinogradConvolution> WinogradConvolution::make(const Shape &, const std::vector<float> &,
                                                               const std::vector<float> &, bool)
{
    return nullptr;
}

}  // namespace dank

#endif

// GFLOP/s of a large matrix product in oneDNN, float32 and, where the processor has it, bfloat16: the machine's limit
// for the networks.
//     bench_product THREADS
// Prints a line of JSON each, of the median of 25 products of 2048 × 2048.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <vector>

#include <omp.h>
#include <oneapi/dnnl/dnnl.hpp>

namespace {

void fill(dnnl::memory &memory)
{
    auto *values = static_cast<unsigned char *>(memory.get_data_handle());
    std::fill_n(values, memory.get_desc().get_size(), std::uint8_t{0x3c});  // 0.0115 in both types
}

double rate(dnnl::memory::data_type type)
{
    constexpr int kSide = 2048;
    const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    dnnl::stream stream(engine);
    const auto any = dnnl::memory::format_tag::any;
    const dnnl::memory::desc in({kSide, kSide}, type, any);
    const dnnl::memory::desc out({kSide, kSide}, dnnl::memory::data_type::f32, any);
    const dnnl::matmul::primitive_desc description(dnnl::matmul::desc(in, in, out), engine);
    dnnl::memory a(description.src_desc(), engine), b(description.weights_desc(), engine);
    dnnl::memory c(description.dst_desc(), engine);
    fill(a);
    fill(b);
    dnnl::matmul product(description);
    std::vector<double> seconds;
    for (int i = 0; i < 25; ++i) {
        const auto start = std::chrono::steady_clock::now();
        product.execute(stream, {{DNNL_ARG_SRC, a}, {DNNL_ARG_WEIGHTS, b}, {DNNL_ARG_DST, c}});
        stream.wait();
        seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    std::sort(seconds.begin(), seconds.end());
    return 2.0 * kSide * kSide * kSide / seconds[seconds.size() / 2] / 1e9;
}

}  // namespace

int main(int argc, char **argv)
try {
    omp_set_num_threads(argc > 1 ? std::max(1, std::atoi(argv[1])) : 1);
    std::printf("{\"row\": \"forward\", \"program\": \"product fp32\", \"value\": %.1f}\n",
                rate(dnnl::memory::data_type::f32));
    if (__builtin_cpu_supports("avx512bf16"))
        std::printf("{\"row\": \"forward\", \"program\": \"product bf16\", \"value\": %.1f}\n",
                    rate(dnnl::memory::data_type::bf16));
    return 0;
} catch (const std::exception &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}

#include "core/nn/device.h"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <new>
#include <thread>

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include "core/base/error.h"
#include "core/base/instruction_set.h"
#include "core/nn/torch_device.h"

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

namespace dank {

namespace {

int cudaDeviceCount()
{
    // A broken driver makes LibTorch throw here; for us it is the same as no device.
    try {
        return torch::cuda::is_available() ? static_cast<int>(torch::cuda::device_count()) : 0;
    } catch (const std::exception &) {
        return 0;
    }
}

std::string cudaMissingReason()
{
    return at::Context::hasCUDART() ? "no CUDA device was found" : "LibTorch here has no CUDA";
}

/// LibTorch has no C++ call for a device's name without CUDA's own headers; the Linux driver tells it, unambiguously
/// when there is one device.
std::string cudaDescription(int index, int count)
{
    const std::string plain = "CUDA device " + std::to_string(index);
    if (count != 1)
        return plain;
    std::error_code ignored;
    const std::filesystem::path folder = "/proc/driver/nvidia/gpus";
    for (const auto &entry : std::filesystem::directory_iterator(folder, ignored)) {
        std::ifstream information(entry.path() / "information");
        for (std::string line; std::getline(information, line);) {
            if (!line.starts_with("Model:"))
                continue;
            const auto start = line.find_first_not_of(" \t", 6);
            if (start != std::string::npos)
                return line.substr(start);
        }
    }
    return plain;
}

Device cpuDevice(std::string note = {})
{
    const unsigned threads = std::max(1u, std::thread::hardware_concurrency());
    return {"cpu", "CPU, " + std::to_string(threads) + (threads == 1 ? " thread" : " threads"), std::move(note)};
}

Device cudaDevice(int index, int count)
{
    return {"cuda:" + std::to_string(index), cudaDescription(index, count), {}};
}

}  // namespace

Device chooseDevice(std::string_view request)
{
    if (request == "cpu")
        return cpuDevice();

    const int count = cudaDeviceCount();
    if (request == "auto") {
        if (count > 0)
            return cudaDevice(0, count);
        return cpuDevice("Running on the CPU: " + cudaMissingReason() + ".");
    }

    int index = -1;
    if (request == "cuda") {
        index = 0;
    } else if (request.starts_with("cuda:")) {
        const std::string_view digits = request.substr(5);
        const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
        if (problem != std::errc() || end != digits.data() + digits.size() || index < 0)
            index = -1;
    }
    if (index < 0) {
        throw Error(ErrorKind::Format,
                    "\"" + std::string(request.substr(0, 40)) + "\" is no device. Use auto, cpu, cuda or cuda:N.");
    }
    if (count == 0) {
        throw Error(ErrorKind::Device,
                    "Device " + std::string(request) + " is not there: " + cudaMissingReason() + ". Use auto or cpu.");
    }
    if (index >= count) {
        throw Error(ErrorKind::Device, "Device " + std::string(request)
                                           + " is not there: the last one is cuda:" + std::to_string(count - 1) + ".");
    }
    return cudaDevice(index, count);
}

std::vector<Device> availableDevices()
{
    std::vector<Device> devices{cpuDevice()};
    const int count = cudaDeviceCount();
    for (int i = 0; i < count; ++i)
        devices.push_back(cudaDevice(i, count));
    return devices;
}

std::vector<Precision> precisionsOf(const Device &device)
{
    if (device.isCuda())
        return {Precision::Float32, Precision::TensorFloat32, Precision::BFloat16, Precision::Float16};
    if (cpuHasNativeBFloat16())
        return {Precision::Float32, Precision::BFloat16};
    return {Precision::Float32};
}

bool cpuHasNativeBFloat16()
{
#if (defined(__x86_64__) || defined(__i386__)) && defined(__GNUC__)
    // Processors with AMX-BF16 have AVX512-BF16 too.
    return instructionSet() == InstructionSet::Avx512 && __builtin_cpu_supports("avx512bf16");
#elif defined(__aarch64__) && defined(__linux__) && defined(HWCAP2_BF16)
    return (getauxval(AT_HWCAP2) & HWCAP2_BF16) != 0;
#else
    return false;
#endif
}

void setIntraOpThreads(int threads)
{
    // A thread's first parallel call would overwrite its count with the process-wide one: have that happen now.
    at::parallel_for(0, 1, 1, [](std::int64_t, std::int64_t) {});
    at::set_num_threads(std::max(1, threads));
}

std::string torchVersion()
{
    std::string text = TORCH_VERSION;
    if (at::globalContext().hasMKLDNN()) {
        // "Intel(R) MKL-DNN v2.6.3 (Git Hash …)"
        const std::string full = at::get_mkldnn_version();
        if (const auto v = full.find(" v"); v != std::string::npos)
            text += " · oneDNN " + full.substr(v + 2, full.find(' ', v + 2) - (v + 2));
    }
    return text;
}

void rethrowTorchError(const std::string &doing)
{
    try {
        throw;
    } catch (const Error &) {
        throw;
    } catch (const std::exception &error) {
        const auto *const torch = dynamic_cast<const c10::Error *>(&error);
        const std::string message = torch ? torch->what_without_backtrace() : error.what();
        // The host allocator has no exception type of its own.
        if (dynamic_cast<const std::bad_alloc *>(&error) || dynamic_cast<const c10::OutOfMemoryError *>(&error)
            || message.find("DefaultCPUAllocator") != std::string::npos
            || message.find("out of memory") != std::string::npos
            || message.find("ALLOC_FAILED") != std::string::npos)  // cuDNN's and cuBLAS's status
            throw Error(ErrorKind::Memory, "Out of memory while " + doing + ". A smaller batch needs less.");
        throw Error(ErrorKind::Device, "LibTorch failed while " + doing + ": " + message);
    }
}

}  // namespace dank

#include "core/pipeline/features/precision_choice.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/pipeline/features/preprocess.h"
#include "core/store/library.h"

namespace dank {

namespace {

double cosine(std::span<const double> a, std::span<const double> b)
{
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        ab += a[i] * b[i];
        aa += a[i] * a[i];
        bb += b[i] * b[i];
    }
    return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

/// Compares two networks on two or more prepared pictures. Throws Cancelled.
Agreement compareFeatures(const Backbone &reference, const Backbone &candidate, std::span<const Image> prepared,
                          const CancelToken &cancel)
{
    Agreement agreement{1, 1, prepared.size()};
    const auto columns = static_cast<std::size_t>(reference.spec().columns);
    std::vector<float> exact(prepared.size() * columns), rough(exact.size());
    reference.extract(prepared, exact, cancel);
    candidate.extract(prepared, rough, cancel);

    std::vector<double> mean(columns, 0);
    for (std::size_t i = 0; i < exact.size(); ++i)
        mean[i % columns] += exact[i] / static_cast<double>(prepared.size());

    std::vector<double> a(columns), b(columns);
    for (std::size_t row = 0; row < prepared.size(); ++row) {
        for (std::size_t i = 0; i < columns; ++i) {
            a[i] = exact[row * columns + i];
            b[i] = rough[row * columns + i];
        }
        agreement.cosine = std::min(agreement.cosine, cosine(a, b));
        for (std::size_t i = 0; i < columns; ++i) {
            a[i] -= mean[i];
            b[i] -= mean[i];
        }
        agreement.centredCosine = std::min(agreement.centredCosine, cosine(a, b));
    }
    return agreement;
}

/// "cosine 0.9989, centred 0.987 on 16 pictures"
std::string describe(const Agreement &agreement)
{
    char text[100];
    std::snprintf(text, sizeof text, "cosine %.4f, centred %.3f on %zu pictures", agreement.cosine,
                  agreement.centredCosine, agreement.pictures);
    return text;
}

}  // namespace

bool agreesWell(const Agreement &agreement)
{
    // Written so that NaN, from a network that overflowed, disagrees.
    return agreement.cosine >= kLeastCosine && agreement.centredCosine >= kLeastCentredCosine;
}

PrecisionChoice choosePrecision(const Dataset &dataset, const BackboneChoice &choice, ResizeRule resize,
                                const Device &device, const PipelineContext &context, Library &library,
                                const JobContext &job)
{
    if (choice.kind() == BackboneKind::Classic)
        return {Precision::Float32, "the classic descriptors have one precision"};
    if (!device.isCuda() && !cpuHasNativeBFloat16())
        return {Precision::Float32, "float32: this processor has no native bfloat16"};

    const BackboneId id{choice.spec.id, resize, Precision::Float32, choice.weightsId};
    const std::string key = "precision/2/" + id.text() + '@' + device.name + '/' + dataset.contentHash();
    if (const auto remembered = library.facts().get(key)) {
        const auto json = nlohmann::json::parse(*remembered, nullptr, false);
        if (json.is_object())
            return {json.value("bf16", false) ? Precision::BFloat16 : Precision::Float32,
                    json.value("note", std::string())};
    }

    constexpr std::size_t kPictures = 16;
    std::vector<Image> pictures;
    for (const MemeRecord &record : dataset.records()) {
        if (pictures.size() == kPictures)
            break;
        job.cancel.check();
        job.report("precision", pictures.size(), 2 * kPictures);
        if (PreparedPicture prepared = preparePicture(record.image, resize, choice.spec, false); !prepared.problem)
            pictures.push_back(std::move(prepared.image));
    }
    if (pictures.size() < 2)
        return {Precision::Float32, "float32: too few pictures to compare bfloat16 on"};
    job.report("precision", kPictures, 2 * kPictures);
    const auto exact = context.backbones.get(choice, Precision::Float32, device);
    const auto rough = context.backbones.get(choice, Precision::BFloat16, device);
    setIntraOpThreads(context.threads);
    const Agreement agreement = compareFeatures(*exact, *rough, pictures, job.cancel);
    const bool take = agreesWell(agreement);
    const PrecisionChoice taken{take ? Precision::BFloat16 : Precision::Float32,
                                take ? "bfloat16: it agrees with float32 here (" + describe(agreement) + ")"
                                     : "float32: bfloat16 does not agree well enough here (" + describe(agreement)
                                           + ")"};
    library.facts().set(key, nlohmann::json{{"bf16", take}, {"note", taken.note}}.dump());
    return taken;
}

}  // namespace dank

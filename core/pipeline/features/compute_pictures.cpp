#include "core/pipeline/features/compute_pictures.h"

#include <algorithm>
#include <utility>

#include "core/base/memory.h"
#include "core/base/parallel.h"
#include "core/pipeline/features/preprocess.h"

namespace dank {

std::vector<ComputedPicture> computePictures(std::span<const std::filesystem::path> files, const std::string &backbone,
                                             const std::string &weights, const std::string &device,
                                             const PipelineContext &context, const JobContext &job)
{
    const BackboneId id = BackboneId::parse(backbone);
    const Device chosen = chooseDevice(device);
    const BackboneChoice choice = findBackbone(id, weights, {}, context.library, context.backbones.names());
    requireAllowed(choice, weights, context.library);
    const auto precisions = precisionsOf(chosen);
    if (std::find(precisions.begin(), precisions.end(), id.precision) == precisions.end())
        throw Error(ErrorKind::Device, "The device " + chosen.name + " does not compute in "
                                           + precisionName(id.precision) + " by itself.");
    job.report("network", 0, 0);
    const auto network = context.backbones.get(choice, id.precision, chosen);
    const FreedMemoryReleaser releaser;  // goes after the workers
    struct OneThreadEach {               // an exception leaves them as they were, too
        int after;
        ~OneThreadEach() { setIntraOpThreads(after); }
    } const restore{context.threads};
    std::vector<ComputedPicture> computed(files.size());
    constexpr std::size_t kChunk = 64;  // between two of which it is told how far it is
    for (std::size_t from = 0; from < files.size(); from += kChunk) {
        job.report("check", from, files.size());
        parallelFor(std::min(kChunk, files.size() - from), context.threads, job.cancel, [&](std::size_t i) {
            setIntraOpThreads(1);
            PreparedPicture prepared = preparePicture(files[from + i], id.resize, choice.spec, false);
            ComputedPicture &picture = computed[from + i];
            picture.hash = std::move(prepared.hash);
            if (prepared.problem)
                return;
            picture.values.resize(static_cast<std::size_t>(choice.spec.columns));
            network->extract({&prepared.image, 1}, picture.values, job.cancel);
        });
    }
    job.report("check", files.size(), files.size());
    return computed;
}

}  // namespace dank

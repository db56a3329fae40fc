// How long findTemplates() takes, and how much memory: bench_templates [PICTURES] [THREADS]. Half of the pictures stand
// alone, the others share templates of 2 to 2,000; every meme of a template is noisy, and has other words above.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/templates/find_templates.h"
#include "tests/templates/made_signatures.h"

using namespace dank;

namespace {

double megabytes()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

}  // namespace

int main(int argc, char **argv)
{
    const std::size_t count = argc > 1 ? std::stoull(argv[1]) : 100'000;
    const int threads = argc > 2 ? std::atoi(argv[2]) : 2;
    Random random(1);
    std::vector<PictureSignature> pictures;
    std::vector<std::size_t> templateOf;
    for (std::size_t base = 0; pictures.size() < count; ++base) {
        const std::size_t members = base % 40 ? 1 : random.below(8) ? 2 + random.below(60) : 200 + random.below(1800);
        for (std::size_t k = 0; k < members && pictures.size() < count; ++k) {
            PictureSignature signature = madeSignature(base, 3, k);
            for (SignatureWindow &window : signature.windows)
                for (std::size_t block = 0; block < 4; ++block)
                    window.blocks[block] ^= random.next() & random.next();  // words
            if (k % 3 == 0)                                                 // a second view
                signature.windows.insert(signature.windows.end(), signature.windows.begin(), signature.windows.end());
            pictures.push_back(std::move(signature));
            templateOf.push_back(base);
        }
    }
    std::printf("%zu pictures, %.0f MB\n", pictures.size(), megabytes());
    const auto start = std::chrono::steady_clock::now();
    const TemplateClusters clusters = findTemplates(pictures, threads);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    std::size_t joined = 0, wrong = 0, together = 0;
    for (std::size_t i = 0; i < count; ++i) {
        together += i > 0 && templateOf[i] == templateOf[i - 1] ? 1 : 0;
        joined += i > 0 && templateOf[i] == templateOf[i - 1] && clusters.of[i] == clusters.of[i - 1] ? 1 : 0;
        wrong += templateOf[clusters.of[i]] != templateOf[i] ? 1 : 0;
    }
    std::printf("%.1f s on %d threads, %.0f MB at most; threshold %d; %zu of %zu neighbours together, %zu wrong\n",
                seconds.count(), threads, megabytes(), clusters.threshold.distance, joined, together, wrong);
}

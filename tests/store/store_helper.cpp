// A second process for the store's tests, made to be killed: it prints "ready" and then works until it is.

#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/store/checkpoint.h"
#include "core/store/library.h"
#include "store_helper.h"

namespace {

void say(const std::string &line)
{
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
}

/// Batches of kBatch vectors for ever; says each batch once it is stored.
void putFeatures(const char *folder)
{
    dank::Library library = dank::Library::open(folder);
    say("ready");
    for (int batch = 0;; ++batch) {
        const std::vector<float> values(kColumns, float(batch));
        std::vector<dank::FeatureStore::Entry> entries;
        for (int i = 0; i < kBatch; ++i)
            entries.push_back({std::to_string(batch) + "-" + std::to_string(i), values});
        library.features().put("b", entries);
        say(std::to_string(batch));
    }
}

/// Starts a run with a few epochs and holds its lock.
void holdRun(const char *folder)
{
    dank::Library library = dank::Library::open(folder);
    auto [run, lock] = library.runs().create({});
    for (int epoch = 1; epoch <= 5; ++epoch)
        library.runs().addEpoch(run, {epoch, 1.0, 0.5, 0.1});
    say("ready");
    ::pause();
}

/// Saves one epoch after another for ever; says each once it is saved.
void saveCheckpoints(const char *folder)
{
    dank::CheckpointFile file{folder};
    say("ready");
    for (int epoch = 1;; ++epoch) {
        file.save(stateOfEpoch(epoch));
        say(std::to_string(epoch));
    }
}

}  // namespace

int main(int argc, char **argv)
try {
    if (argc != 3)
        return 2;
    if (std::strcmp(argv[1], "features") == 0)
        putFeatures(argv[2]);
    else if (std::strcmp(argv[1], "run") == 0)
        holdRun(argv[2]);
    else if (std::strcmp(argv[1], "checkpoint") == 0)
        saveCheckpoints(argv[2]);
    return 2;
} catch (const dank::Error &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/feeds/read_feed.h"
#include "tests/fuzz/check_tensors.h"

/// A file of memes in any layout and packing, in memory.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    static const int file = ::memfd_create("feed", MFD_CLOEXEC);
    static const std::string path = "/proc/self/fd/" + std::to_string(file);
    require(file >= 0 && ::ftruncate(file, 0) == 0 && ::pwrite(file, data, size, 0) == static_cast<ssize_t>(size));
    try {
        const dank::Feed feed = dank::readFeed(path, {}, {});
        std::size_t read = 0;
        for (const dank::FeedTable &table : feed.tables) {
            require(table.read <= table.rows);
            read += table.read;
        }
        require(!feed.layout.empty() && feed.columns && (feed.tables.empty() || read == feed.rows.size()));
        for (const dank::FeedRow &row : feed.rows) {
            require(!row.upvotes || (row.hasUpvotes && *row.upvotes >= 0 && *row.upvotes <= 2147483647));
            require(row.problem.size() < 1000 && row.upvotesText.size() < 1000);
        }
        for (const std::string &name : feed.columns->names())
            require(dank::printable(name) == name);
    } catch (const dank::Error &error) {
        const std::string why = error.what();
        require(!why.empty() && why.size() < 100'000);
    }
    return 0;
}

#include "core/dataset/read_memes.h"

#include <optional>
#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/dataset/meme_maker.h"
#include "core/dataset/picture_finder.h"
#include "core/feeds/read_feed.h"

namespace fs = std::filesystem;

namespace dank {

namespace {

/// The same file under another mapping holds other memes.
std::string hashOf(const fs::path &file, FeedMapping map)
{
    std::string hash = hashFile(file);
    map.column(FeedField::Label).clear();  // which classes are learnt leaves the memes the same
    if (map.empty())
        return hash;
    for (std::size_t f = 0; f < static_cast<std::size_t>(FeedField::Label); ++f)
        hash += '\n' + map.columns[f];
    return hashText(hash);
}

}  // namespace

MemeFile readMemes(const fs::path &file, const FeedOptions &options, const JobContext &job, const OnMeme &onMeme)
{
    std::error_code failed;
    if (fs::is_directory(file, failed))
        throw Error(ErrorKind::File, "'" + displayPath(file) + "' is a folder. Open the db.json in it instead.", file);
    job.report("load", 0, 0);
    MemeFile read;
    read.path = fs::absolute(file, failed).lexically_normal();
    std::optional<PictureFinder> pictures;  // a folder is listed only for a file that holds memes
    std::optional<MemeMaker> maker;
    std::size_t place = 0;
    const Feed feed = readFeed(file, options, job, [&](const Feed &ofRow, FeedRow &&row) {
        if (!maker) {
            read.hash = hashOf(file, options.map);  // soon after it was read: a scraper may write on
            pictures.emplace(read.path, options.images, job);
            maker.emplace(ofRow, *pictures);
        }
        onMeme(maker->make(std::move(row), place++));
    });
    if (!maker)
        throw Error(ErrorKind::Dataset, "'" + displayPath(file) + "' holds no memes: its table is empty.", file);
    read.source = {feed.layout, feed.mapping, feed.tables, options};
    if (!options.images.empty())
        read.source.options.images = fs::absolute(options.images, failed).lexically_normal();
    read.hasUpvotes = maker->hasUpvotes();
    return read;
}

}  // namespace dank

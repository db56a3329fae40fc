#include "app/cli/feed_choice.h"

#include "app/cli/commands.h"
#include "core/base/error.h"

namespace dank::cli {

FeedOptions FeedChoice::options() const
{
    try {
        return {parseFeedMapping(map), images};
    } catch (const Error &error) {
        throw UsageError(error.what());
    }
}

std::shared_ptr<FeedChoice> addFeed(CLI::App &app)
{
    auto feed = std::make_shared<FeedChoice>();
    app.add_option(
           "FEED", feed->file,
           "A file of memes, or the folder that holds it: a TinyDB db.json, JSON, JSON lines, pandas, a Reddit\n"
           "listing, CSV, TSV; plain, .gz or .zst")
        ->required();
    app.add_option("--map", feed->map,
                   "Which column is which: FIELD=COLUMN, several times; FIELD is id, image, upvotes, title, author,\n"
                   "group, created or label, COLUMN - for none. What is not given is guessed; `dank inspect` tells")
        ->type_name("FIELD=COLUMN")
        ->allow_extra_args(false);
    app.add_option("--images", feed->images, "Where the pictures are, when not in memes/ or images/ beside the file")
        ->type_name("DIR");
    return feed;
}

}  // namespace dank::cli

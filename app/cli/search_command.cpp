#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/extract_options.h"
#include "app/cli/feed_choice.h"
#include "app/cli/text.h"
#include "core/base/csv.h"
#include "core/base/file.h"
#include "core/base/searched_text.h"
#include "core/store/meme_search.h"

namespace dank::cli {

namespace {

struct SearchOptions {
    std::shared_ptr<FeedChoice> feed;
    std::string format = "table";
    std::vector<std::string> words;
    std::size_t limit = 0;
};

/// One thing that was found, with what was read in its picture.
struct Found {
    const MemeRecord *meme;
    MemeHit hit;
    const std::string *text;
};

/// The first or last byte of the code point `count` of them away from `at`.
std::size_t stepBack(std::string_view text, std::size_t at, std::size_t count)
{
    for (; count > 0 && at > 0; --count)
        for (--at; at > 0 && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;)
            --at;
    return at;
}
std::size_t stepOn(std::string_view text, std::size_t at, std::size_t count)
{
    for (; count > 0 && at < text.size(); --count)
        for (++at; at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;)
            ++at;
    return at;
}

/// A line of at most some 80 signs around the first hit, every hit in [brackets].
std::string marked(const std::string &text, const std::vector<std::string> &words)
{
    constexpr std::size_t kBefore = 30, kShown = 80;
    const std::string line = plainLine(text);
    const std::vector<TextSpan> places = placesOf(words, line);
    std::size_t begin = 0;
    if (!places.empty() && stepOn(line, 0, kShown) < places.front().end)
        begin = stepBack(line, places.front().begin, kBefore);
    const std::size_t end = stepOn(line, begin, kShown);
    std::string shown = begin > 0 ? "…" : "";
    std::size_t at = begin;
    for (const TextSpan &place : places) {
        if (place.begin >= end)
            break;
        const std::size_t last = std::min(place.end, end);
        shown += line.substr(at, place.begin - at) + '[' + line.substr(place.begin, last - place.begin) + ']';
        at = last;
    }
    return shown + line.substr(at, end - at) + (end < line.size() ? "…" : "");
}

void printTable(const std::vector<Found> &found, const std::vector<std::string> &words)
{
    constexpr std::size_t kId = 12;
    printLine("upvotes  where  " + std::string("id") + std::string(kId, ' ') + "title");
    const auto cell = [](const std::string &text, std::size_t width, bool right) {
        const std::string space(width - std::min(width, displayWidth(text)), ' ');
        return (right ? space + text : text + space) + "  ";
    };
    for (const auto &[meme, hit, text] : found) {
        const std::string before = cell(grouped(meme->upvotes), 7, true) + cell(whereName(hit), 5, false)
                                   + cell(plainLine(meme->id), kId, false);
        const std::string title = marked(meme->title, words);
        printLine(before + (title.empty() ? "(no title)" : title));
        if (hit.inText)
            printLine(std::string(displayWidth(before), ' ') + "in the picture: " + marked(*text, words));
    }
}

int search(Context &context, const SearchOptions &options)
{
    std::string asked;
    for (const std::string &word : options.words)
        asked += (asked.empty() ? "" : " ") + word;
    const std::vector<std::string> words = searchedWords(asked);
    if (words.empty())
        throw UsageError("Say what to look for: a word, or a part of one.");

    const Dataset dataset = context.loadDataset(options.feed->file, options.feed->options());
    std::optional<Library> library;
    if (context.libraryExists())
        library.emplace(context.readLibrary());
    const auto texts = textsInPictures(dataset, context.threads(), library ? &*library : nullptr, context.job());
    std::vector<SearchedMeme> memes;
    for (std::size_t i = 0; i < texts.size(); ++i)
        memes.push_back({dataset.records()[i].title, texts[i], {}});
    const MemeSearch index(memes, context.job());
    std::vector<Found> found;
    for (const MemeHit &hit : index.find(words))
        found.push_back({&dataset.records()[hit.meme], hit, &texts[hit.meme]});
    std::ranges::stable_sort(found, std::ranges::greater(), [](const Found &one) { return one.meme->upvotes; });
    const std::size_t count = found.size();
    if (options.limit > 0 && count > options.limit)
        found.resize(options.limit);
    context.console().clear();

    const std::string format = context.json() ? "json" : options.format;
    if (format == "json") {
        Json document = Json::array();
        for (const auto &[meme, hit, text] : found)
            document.push_back({{"id", meme->id},
                                {"title", meme->title},
                                {"upvotes", meme->upvotes},
                                {"where", whereName(hit)},
                                {"text", text->empty() ? Json() : Json(*text)}});
        printJson(document);
    } else if (format == "csv") {
        printLine("id,title,upvotes,where,text");
        for (const auto &[meme, hit, text] : found)
            printExact(csvCell(meme->id) + ',' + csvCell(meme->title) + ',' + std::to_string(meme->upvotes) + ','
                       + whereName(hit) + ',' + csvCell(*text) + '\n');
    } else if (count == 0) {
        printLine("No meme of " + printable(dataset.name()) + " has \"" + plainLine(asked.substr(0, 200)) + "\".");
    } else {
        printTable(found, words);
        printLine();
        printLine(grouped(count) + " of " + plural(memes.size(), "meme", "memes")
                  + (found.size() < count ? ", the " + grouped(found.size()) + " with most upvotes shown" : "") + '.');
    }
    if (std::ranges::all_of(texts, &std::string::empty))
        context.console().note("Only titles were searched: no text of these pictures is stored. `dank read` reads it.");
    return kSuccess;
}

}  // namespace

Action declareSearch(CLI::App &app)
{
    auto options = std::make_shared<SearchOptions>();
    options->feed = addFeed(app);
    app.add_option("WORDS", options->words, "What title or picture must hold, all of it; parts of words count")
        ->required();
    app.add_option("--format", options->format, "table, csv or json")
        ->check(CLI::IsMember({"table", "csv", "json"}))
        ->type_name("FORMAT")
        ->capture_default_str();
    addNumber(app, "--limit", options->limit, "The most memes to show, most upvotes first; 0: all",
              CLI::Range(0, 1'000'000'000));
    return [options](Context &context) { return search(context, *options); };
}

}  // namespace dank::cli

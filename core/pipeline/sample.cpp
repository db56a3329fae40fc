#include "core/pipeline/sample.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/random.h"
#include "core/image/encode.h"
#include "core/image/meme_painter.h"

namespace fs = std::filesystem;

namespace dank {
namespace {

constexpr const char *kMarkerName = ".dank-sample";
constexpr std::string_view kMarkerHead = "Synthetic memes written by Dank Learning; safe to write again.\ndb ";
constexpr std::size_t kIdLength = 7;

enum class Fault { None, FileMissing, FileCut, FileIsHtml, UpsMissing, UpsNegative, DuplicateId };
constexpr std::array kFaults{Fault::FileMissing, Fault::FileCut,     Fault::FileIsHtml,
                             Fault::UpsMissing,  Fault::UpsNegative, Fault::DuplicateId};

struct Author {
    std::string name;
    double liked = 0;
};

struct Row {
    std::string id, title, author, extension;
    MemeSketch sketch;
    std::int64_t ups = 0;
    double created = 0;
    Fault fault = Fault::None;
};

template <typename Items>
auto pick(const Items &items, Random &random)
{
    return items[static_cast<std::size_t>(random.below(std::size(items)))];
}

// What is said, in halves that go together in any pair.
constexpr std::array kTops{
    "When the build is green",
    "Nobody:",
    "Me at 3 am",
    "When the printer finally works",
    "My code on Friday evening",
    "When someone says quick question",
    "One does not simply",
    "When you find the last biscuit",
    "Me explaining my hobby",
    "When the meeting could be a mail",
    "That face",
    "My plants",
    "When the wifi drops for a second",
    "Plot twist:",
    "When the cat sits on the keyboard",
    "Monday",
    "When the weather app says sunny",
    "Everyone: stay calm",
};
constexpr std::array kBottoms{
    "Absolutely nothing happened",
    "It was a typo all along",
    "And nobody may ever know",
    "This is fine, probably",
    "I have made a spreadsheet",
    "Works on my machine",
    "Ten out of ten, would nap again",
    "Told you so",
    "Time for soup",
    "Still waiting",
    "Me: say no more",
    "I fear no bug",
    "Now with extra cheese",
    "Task failed successfully",
    "Send help and snacks",
    "We do not talk about it",
    "Big if true",
    "Very nice",
};
constexpr std::array kTitles{
    "Every single time",
    "Is this how it works?",
    "Fresh from the oven \U0001F525",
    "I will not apologise",
    "My first one, be kind",
    "Caf\u00E9 thoughts",
    "Told my cat, she agreed \U0001F431",
    "Na\u00EFve optimism",
    "\U0001F171\uFE0Fig mood",
    "Anyone else?",
    "Found it in my sketchbook",
    "\u4F60\u597D, memes",
    "Just saying \U0001F937",
    "Too soon?",
    "\U0001F602\U0001F602\U0001F602",
    "Seems about right",
    "Sunday special",
    "Not sure if it belongs here",
    "\u00DCber relatable",
    "Low effort, high hopes",
};
constexpr std::array kAdjectives{"Sleepy", "Quiet",  "Turbo", "Fuzzy",  "Salty",  "Cosmic", "Tiny",    "Grumpy",
                                 "Crispy", "Velvet", "Noble", "Wobbly", "Silent", "Lucky",  "Pickled", "Brave"};
constexpr std::array kNouns{"Otter",  "Waffle", "Badger", "Noodle",  "Comet", "Turnip",  "Walrus",  "Teapot",
                            "Pigeon", "Cactus", "Moth",   "Pretzel", "Gecko", "Lantern", "Biscuit", "Heron"};
constexpr std::array kSizes{std::pair{480, 480}, std::pair{640, 480}, std::pair{480, 640}, std::pair{500, 375},
                            std::pair{400, 520}, std::pair{600, 600}, std::pair{320, 400}, std::pair{560, 420}};

/// An eighth as many authors as memes, with one to twenty each, few with many.
std::vector<Author> makeAuthors(int count, Random &random)
{
    constexpr int kMost = 20;
    std::vector<Author> authors(static_cast<std::size_t>(std::max(1, count / 8)));
    std::set<std::string> names;
    for (Author &author : authors) {
        do
            author.name =
                std::string(pick(kAdjectives, random)) + pick(kNouns, random) + std::to_string(random.below(100'000));
        while (!names.insert(author.name).second);
        author.liked = 0.09 * random.normal();
    }
    std::vector<int> memes(authors.size(), 1);
    for (std::size_t left = static_cast<std::size_t>(count) - std::min(authors.size(), static_cast<std::size_t>(count));
         left > 0;) {
        const double u = random.uniform();
        const auto who = static_cast<std::size_t>(u * u * static_cast<double>(authors.size()));
        if (memes[who] < kMost) {
            ++memes[who];
            --left;
        }
    }
    std::vector<Author> perMeme;
    for (std::size_t i = 0; i < authors.size(); ++i)
        perMeme.insert(perMeme.end(), static_cast<std::size_t>(memes[i]), authors[i]);
    random.shuffle(std::span(perMeme));
    return perMeme;
}

std::string makeId(std::set<std::string> &taken, Random &random)
{
    constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";
    std::string id;
    do {
        id.assign(1, 's');
        while (id.size() < kIdLength)
            id += pick(kDigits, random);
    } while (!taken.insert(id).second);
    return id;
}

MemeSketch makeSketch(Random &random)
{
    MemeSketch sketch;
    const auto [width, height] = pick(kSizes, random);
    sketch.width = width + static_cast<int>(random.below(9)) * 4 - 16;
    sketch.height = height + static_cast<int>(random.below(9)) * 4 - 16;
    sketch.warmth = random.uniform(-1, 1);
    sketch.brightness = random.uniform(-1, 1);
    sketch.caption = random.uniform(-1, 1);
    const auto capitals = [](std::string text) {
        std::transform(text.begin(), text.end(), text.begin(),
                       [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
        return text;
    };
    sketch.top = capitals(pick(kTops, random));
    sketch.bottom = capitals(pick(kBottoms, random));
    sketch.seed = random.next();
    return sketch;
}

/// The planted rule: see sample.h.
std::int64_t plantedUpvotes(const MemeSketch &sketch, double liked, double luck)
{
    const double log10Ups =
        3.5 + 0.70 * sketch.warmth + 0.42 * sketch.brightness + 0.10 * sketch.caption + liked + luck;
    return std::llround(std::pow(10.0, log10Ups));
}

/// Breaks two rows in a hundred, at least one of each kind. The first row stays whole, so that every later one has a
/// whole row before it.
void plantFaults(std::vector<Row> &rows, Random &random)
{
    std::vector<std::size_t> order(rows.size() - 1);
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i + 1;
    random.shuffle(std::span(order));
    const std::size_t faults = std::max(kFaults.size(), rows.size() / 50);
    for (std::size_t i = 0; i < faults; ++i) {
        Row &row = rows[order[i]];
        row.fault = kFaults[i % kFaults.size()];
        if (row.fault == Fault::FileCut || row.fault == Fault::FileIsHtml)
            row.extension = "jpg";
        if (row.fault == Fault::UpsNegative)
            row.ups = -row.ups;
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].fault != Fault::DuplicateId)
            continue;
        std::size_t earlier = 0;
        do
            earlier = static_cast<std::size_t>(random.below(i));
        while (rows[earlier].fault != Fault::None);
        rows[i].id = rows[earlier].id;
        rows[i].extension = rows[earlier].extension;
    }
}

std::vector<Row> makeRows(int count, std::uint64_t seed)
{
    Random random(seed);
    const std::vector<Author> authors = makeAuthors(count, random);
    std::vector<Row> rows(static_cast<std::size_t>(count));
    std::set<std::string> ids;
    double created = 1'514'764'800;  // 1 January 2018
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Row &row = rows[i];
        const bool known = random.uniform() >= 0.03;
        row.id = makeId(ids, random);
        row.author = known ? authors[i].name : "None";
        row.title = pick(kTitles, random);
        row.sketch = makeSketch(random);
        row.extension = random.uniform() < 0.15 ? "png" : "jpg";
        row.ups = plantedUpvotes(row.sketch, known ? authors[i].liked : 0, 0.20 * random.normal());
        created += 60 + static_cast<double>(random.below(40'000));
        row.created = created;
    }
    plantFaults(rows, random);
    return rows;
}

std::string makeDatabase(const std::vector<Row> &rows)
{
    nlohmann::ordered_json table = nlohmann::ordered_json::object();
    // Appended unchecked: the keys are distinct, and a look-up for each would be quadratic.
    auto &entries = table.get_ref<nlohmann::ordered_json::object_t &>();
    entries.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Row &row = rows[i];
        const double scale = 140.0 / std::max(row.sketch.width, row.sketch.height);
        nlohmann::ordered_json entry;
        entry["title"] = row.title;
        entry["thumbnail"] = {{"thumbnail", "https://example.invalid/thumbnail/" + row.id + ".jpg"},
                              {"height", std::lround(row.sketch.height * scale)},
                              {"width", std::lround(row.sketch.width * scale)}};
        entry["created_utc"] = row.created;
        entry["author"] = row.author;
        entry["id"] = row.id;
        if (row.fault != Fault::UpsMissing)
            entry["ups"] = row.ups;
        entry["downs"] = 0;
        entry["media"] = "https://example.invalid/" + row.id + '.' + row.extension;
        entries.emplace_back(std::to_string(i + 1), std::move(entry));
    }
    nlohmann::ordered_json db;
    db["_default"] = std::move(table);
    return db.dump(-1, ' ', true);  // all ASCII: the paper's writer escapes other characters too
}

std::vector<std::byte> makeFile(const Row &row)
{
    if (row.fault == Fault::FileIsHtml) {
        constexpr std::string_view kPage = "<!DOCTYPE html>\n<title>404</title>\n<p>This picture is gone.</p>\n";
        const auto *first = reinterpret_cast<const std::byte *>(kPage.data());
        return {first, first + kPage.size()};
    }
    const Image image = paintMeme(row.sketch);
    std::vector<std::byte> bytes = row.extension == "png" ? encodePng(image) : encodeJpeg(image, 85);
    if (row.fault == Fault::FileCut)
        bytes.resize(bytes.size() * 3 / 5);
    return bytes;
}

/// Plain and quick: what counts is that db.json comes last.
void writeFile(const fs::path &path, const std::vector<std::byte> &bytes)
{
    errno = 0;
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char *>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    out.close();
    if (!out)
        throwErrno(errno ? errno : EIO, "write", path);
}

std::string markerText(const std::string &database)
{
    return std::string(kMarkerHead) + hashText(database) + '\n';
}

[[noreturn]] void refuseFolder(const fs::path &folder, const std::string &why)
{
    throw Error(ErrorKind::File,
                "The sample is not written to " + displayPath(folder) + ": " + why
                    + " Choose an empty or a new folder.",
                folder);
}

/// Throws unless the folder is missing, empty or an earlier sample of ours.
void requireOwnFolder(const fs::path &folder)
{
    const fs::file_status status = fs::status(folder);
    if (!fs::exists(status))
        return;
    if (!fs::is_directory(status))
        refuseFolder(folder, "it is not a folder.");
    if (fs::is_empty(folder))
        return;
    const fs::path marker = folder / kMarkerName, database = folder / "db.json";
    if (!fs::is_regular_file(fs::symlink_status(marker)))
        refuseFolder(folder, "it already holds other files.");
    const std::string text = readTextFile(marker, 4096);
    if (!text.starts_with(kMarkerHead))
        refuseFolder(folder, "it already holds other files.");
    if (fs::is_symlink(folder / "memes"))
        refuseFolder(folder, "its folder memes lies elsewhere.");
    if (fs::exists(fs::symlink_status(database)) && text != std::string(kMarkerHead) + hashFile(database) + '\n')
        refuseFolder(folder, "its db.json was not written as a sample.");
}

bool isSampleFile(const fs::path &path)
{
    const std::string stem = path.stem().string(), extension = path.extension().string();
    return stem.size() == kIdLength && stem[0] == 's' && (extension == ".jpg" || extension == ".png")
           && stem.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz") == std::string::npos;
}

/// Takes away an earlier sample, db.json first.
void removeEarlier(const fs::path &folder)
{
    fs::remove(folder / "db.json");
    std::vector<fs::path> stale;
    for (const fs::directory_entry &entry : fs::directory_iterator(folder / "memes"))
        if (isSampleFile(entry.path()))
            stale.push_back(entry.path());
    for (const fs::path &path : stale)
        fs::remove(path);
}

}  // namespace

SampleReport writeSample(const fs::path &folder, int count, std::uint64_t seed, const JobContext &job)
{
    if (count < kMinSampleRows || count > kMaxSampleRows)
        throw Error(ErrorKind::Format, "A sample has between " + std::to_string(kMinSampleRows) + " and "
                                           + std::to_string(kMaxSampleRows) + " memes; " + std::to_string(count)
                                           + " were asked for.");
    try {
        job.cancel.check();
        requireOwnFolder(folder);
        const std::vector<Row> rows = makeRows(count, seed);
        const std::string database = makeDatabase(rows);

        createFolder(folder / "memes");
        removeEarlier(folder);
        writeFileAtomically(folder / kMarkerName, std::string_view(markerText(database)));
        SampleReport report{rows.size(), 0, fs::absolute(folder / "db.json")};
        for (std::size_t i = 0; i < rows.size(); ++i) {
            job.cancel.check();
            job.report("sample", i, rows.size());
            const Row &row = rows[i];
            if (row.fault == Fault::FileMissing || row.fault == Fault::DuplicateId)
                continue;
            writeFile(folder / "memes" / (row.id + '.' + row.extension), makeFile(row));
            ++report.images;
        }
        job.cancel.check();
        writeFileAtomically(folder / "db.json", std::string_view(database));
        job.report("sample", rows.size(), rows.size());
        return report;
    } catch (const fs::filesystem_error &failure) {
        throwErrno(failure.code().value(), "write the sample to", folder);
    }
}

}  // namespace dank

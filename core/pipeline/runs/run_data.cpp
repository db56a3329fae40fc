#include "core/pipeline/runs/run_data.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "core/base/file.h"
#include "core/base/rows.h"
#include "core/dataset/duplicates.h"
#include "core/evaluate/neighbours.h"
#include "core/nn/training/trainer.h"
#include "core/pipeline/features/picture_looks.h"
#include "core/store/library.h"

namespace dank {

namespace {

/// Rows that hang together by an author or by a picture: what is drawn as one when intervals are computed.
std::vector<std::size_t> clustersOf(std::span<const MemeRecord> records, std::span<const std::size_t> copies)
{
    UnionFind sets(records.size());
    std::unordered_map<std::string_view, std::size_t> firstOfAuthor;
    for (std::size_t row = 0; row < records.size(); ++row) {
        sets.unite(row, copies[row]);
        if (records[row].author.empty())
            continue;
        const auto [first, isNew] = firstOfAuthor.try_emplace(records[row].author, row);
        if (!isNew)
            sets.unite(row, first->second);
    }
    return sets.lowestMembers();
}

/// With few features that vary, different pictures lie close by chance.
bool tellApart(const FeatureMatrix &features)
{
    std::vector<std::size_t> rows(features.rows());
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    return NeighbourSearch(features, rows).canTellSame();
}

std::vector<std::uint32_t> indexesOf(const Grouping &grouping)
{
    if (grouping.names.empty())
        return {};
    std::vector<std::uint32_t> indexes;
    // Memes without a group are each their own, so that the pairwise loss compares none of them.
    auto next = static_cast<std::uint32_t>(grouping.names.size());
    for (const std::int64_t index : grouping.indexes())
        indexes.push_back(index < 0 ? next++ : static_cast<std::uint32_t>(index));
    return indexes;
}

/// Whether words of that kind are worth looking at: most memes have them (or `known` says that they were looked for),
/// and not all the same.
bool isWorthReading(std::span<const Caption> captions, std::string Caption::*words, std::size_t known)
{
    std::set<std::string_view> different;
    for (const Caption &caption : captions)
        different.insert(caption.*words);
    return known * 2 >= captions.size() && different.size() >= 2;
}

/// The words of a run whose head may look at them; empty where it may not, or should not.
std::vector<Caption> captionsOf(RunData &data, std::span<const std::string> pictureHashes, Captions wanted,
                                const Library &library)
{
    if (wanted == Captions::None)
        return {};
    std::vector<Caption> captions;
    for (const MemeRecord &record : data.records)
        captions.push_back({record.title, ""});
    const std::size_t unread = wanted == Captions::Title ? captions.size() : addTexts(captions, pictureHashes, library);
    const std::size_t read = captions.size() - unread;
    const auto present = [&](std::string Caption::*words) {
        return captions.size() - static_cast<std::size_t>(std::ranges::count(captions, "", words));
    };
    const std::size_t titles = present(&Caption::title), texts = present(&Caption::text);
    const bool wantsTitles = wanted == Captions::Title || wanted == Captions::Both;
    if (wantsTitles && titles == 0)
        throw Error(ErrorKind::Dataset, "No meme has a title, so there are no titles to learn from. Train without "
                                        "them (--captions none, or text).");
    const bool wantsTexts = wanted == Captions::Text || wanted == Captions::Both;
    if (wantsTexts && texts == 0)
        throw Error(ErrorKind::Dataset,
                    read == 0
                        ? "The text in the pictures was not read yet. Read it first (dank read, or \"Read the text\" "
                          "on the Features page), or train without it (--captions none, or title)."
                        : "No picture has a text that could be read. Train without (--captions none, or title).");
    if (wantsTexts && unread > 0)
        data.notes.push_back(unreadNote(unread, captions.size()));
    const bool isAuto = wanted == Captions::Auto;
    if (isAuto && read > 0 && read * 2 < captions.size())
        data.notes.push_back("The text in the pictures is left out: it was read in " + std::to_string(read) + " of "
                             + std::to_string(captions.size()) + " pictures only.");
    const bool useTitles = isAuto ? isWorthReading(captions, &Caption::title, titles) : wantsTitles;
    const bool useTexts = isAuto ? isWorthReading(captions, &Caption::text, read) : wantsTexts;
    if (!useTitles && !useTexts)
        return {};
    for (Caption &caption : captions) {
        if (!useTitles)
            caption.title.clear();
        if (!useTexts)
            caption.text.clear();
    }
    return captions;
}

void append(std::vector<std::string> &to, const std::vector<std::string> &notes)
{
    to.insert(to.end(), notes.begin(), notes.end());
}

}  // namespace

Dataset learntFrom(const Dataset &memes, const TrainConfig &config)
{
    const Label label = Label::parse(config.label);
    if (label.empty() && !memes.hasUpvotes()) {
        std::string columns;
        for (const LabelChoice &choice : labelChoices(memes.records()))
            columns += (columns.empty() ? "" : ", ") + choice.label.column;
        throw Error(
            ErrorKind::Dataset,
            "This file tells no upvotes. Say which label is to be learnt, with --label COLUMN or as the target on "
            "the Train page"
                + (columns.empty() ? std::string(".") : "; it has: " + columns + "."),
            memes.path());
    }
    Dataset learnt = labelled(memes, label);
    if (learnt.records().empty() && !memes.records().empty())
        throw Error(ErrorKind::Dataset,
                    "No meme here has a \"" + printable(label.column)
                        + "\" that is one of the classes that are learnt (" + printable(label.text()) + ").",
                    memes.path());
    return learnt;
}

std::string groupWord(const GroupSpec &spec, const Grouping &grouping)
{
    switch (spec.kind) {
    case GroupKind::Rows: return "range of rows";
    case GroupKind::File: return "group";
    default: return grouping.name;
    }
}

std::size_t addTexts(std::span<Caption> captions, std::span<const std::string> pictureHashes, const Library &library)
{
    const auto texts = library.texts().texts(pictureHashes);
    std::size_t unread = 0;
    for (std::size_t row = 0; row < captions.size(); ++row) {
        const auto text = texts.find(pictureHashes[row]);
        if (text != texts.end())
            captions[row].text = text->second;
        else
            ++unread;
    }
    return unread;
}

std::string unreadNote(std::size_t unread, std::size_t pictures)
{
    return "The text of " + std::to_string(unread) + " of " + std::to_string(pictures)
           + " pictures was not read; they count as without one.";
}

std::vector<MemeId> idsOf(const FeatureMatrix &features, std::span<const std::size_t> rows)
{
    std::vector<MemeId> ids;
    for (const std::size_t row : rows)
        ids.push_back(features.ids[row]);
    return ids;
}

std::pair<GroupedTarget, std::vector<float>> fitTargets(const RunData &data, const TrainConfig &config,
                                                        std::span<const std::size_t> fitted)
{
    std::vector<std::int64_t> upvotes;
    for (const MemeRecord &record : data.records)
        upvotes.push_back(record.upvotes);
    const std::vector<std::string> none;
    GroupedTarget target = GroupedTarget::fit(config.target, upvotes, config.within ? data.groups : none, fitted);
    std::vector<float> targets;
    for (std::size_t row = 0; row < upvotes.size(); ++row)
        targets.push_back(target.toDankness(upvotes[row], config.within ? data.groups[row] : std::string()));
    return {std::move(target), std::move(targets)};
}

Split keepSides(ExtractReport &extracted, std::span<const MemeId> train, std::span<const MemeId> validation,
                std::span<const MemeId> test)
{
    Split split;
    std::unordered_map<std::string_view, std::vector<std::size_t> *> sideOf;
    for (const auto &[ids, side] :
         {std::pair(train, &split.train), std::pair(validation, &split.validation), std::pair(test, &split.test)})
        for (const MemeId &id : ids)
            sideOf.emplace(id, side);
    FeatureMatrix &matrix = extracted.matrix;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < matrix.rows(); ++i) {
        const auto side = sideOf.find(matrix.ids[i]);
        if (side == sideOf.end())
            continue;
        side->second->push_back(kept);
        if (kept < i) {
            matrix.ids[kept] = std::move(matrix.ids[i]);
            extracted.pictureHashes[kept] = std::move(extracted.pictureHashes[i]);
            matrix.vectorOf[kept] = matrix.vectorOf[i];
        }
        ++kept;
    }
    matrix.ids.resize(kept);
    matrix.vectorOf.resize(kept);
    matrix.dropUnused();
    extracted.pictureHashes.resize(kept);
    return split;
}

RunData joinRunData(const Dataset &dataset, ExtractReport &extracted, const TrainConfig &config,
                    const std::optional<Split> &split, Library &library, int threads, const JobContext &job)
{
    RunData data;
    data.features = std::move(extracted.matrix);
    data.records.reserve(data.features.rows());
    for (const MemeId &id : data.features.ids)
        data.records.push_back(*dataset.find(id));

    PictureLooks looks = lookAtPictures(data.records, extracted.pictureHashes, library, threads, job);
    data.imageStats = std::move(looks.statistics);
    if (looks.unreadable > 0)
        data.notes.push_back("The baseline of colours, size and shape is left out: " + std::to_string(looks.unreadable)
                             + (looks.unreadable == 1 ? " picture" : " pictures") + " can no longer be read.");
    job.report("duplicates", 0, 0);
    const DuplicateOptions rule;
    // Beyond that many it is not worth asking: features are not compared, and a note says so.
    const bool comparable = data.features.rows() > rule.mostFeatureRows || tellApart(data.features);
    job.cancel.check();
    const DuplicateClusters copies =
        duplicateClusters(extracted.pictureHashes, looks.hashes, comparable ? &data.features : nullptr, rule, job);
    append(data.notes, copies.notes);
    data.copies = copies.of;
    data.clusters = clustersOf(data.records, data.copies);

    data.groups.resize(data.records.size());
    const GroupSpec spec = GroupSpec::parse(config.group);
    if (spec.kind != GroupKind::None) {
        const Grouping grouping = groupsOf(data.records, spec, {&dataset, data.copies, false});
        append(data.notes, grouping.notes);
        data.groups = grouping.of;
        data.groupName = groupWord(spec, grouping);
        data.groupIndexes = indexesOf(grouping);
    } else if (config.within && config.preset == "ranking") {
        // The preset asks for groups; nobody who chose it has to.
        data.notes.push_back("No groups were named, so all memes are ranked as one group. Where they come from several "
                             "places or years, name them with --group, so that the place's size cannot help.");
    } else if (config.within) {
        throw Error(ErrorKind::Format, "A target within the group needs groups: name them with --group, as in "
                                       "--group author, --group month or --group rows:1-902,903-1773.");
    }

    if (split) {
        data.split = *split;
    } else {
        SplitPlan plan{config.split, config.validationFraction, {}};
        if (config.split != SplitKind::Random)
            plan.clusters = data.copies;
        data.split = makeRunSplit(data.records, plan, config.seed);
        append(data.notes, data.split.notes);
    }

    data.captions = captionsOf(data, extracted.pictureHashes, config.blend ? config.captions : Captions::None, library);
    std::tie(data.target, data.targets) = fitTargets(data, config, data.split.train);
    for (const std::size_t row : data.split.train)
        data.trainMean += data.targets[row] / static_cast<double>(data.split.train.size());
    data.meanPredictorLoss = meanPredictorLoss(config, picked<float>(data.targets, data.split.train),
                                               picked<float>(data.targets, data.split.validation),
                                               picked<std::uint32_t>(data.groupIndexes, data.split.validation));
    return data;
}

}  // namespace dank

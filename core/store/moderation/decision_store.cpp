#include "core/store/moderation/decision_store.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/folder_lock.h"
#include "core/base/hash.h"
#include "core/base/json_reader.h"

namespace dank {

namespace {

constexpr int kFileVersion = 1;
constexpr std::uint64_t kMaxFileBytes = 128ull << 20;
constexpr int kMostDepth = 4;
constexpr std::size_t kMostText = 4096;  // of the dataset's hash and the label
constexpr Decision kDecisions[] = {Decision::Keep, Decision::Remove, Decision::Unsure};

}  // namespace

const char *decisionName(Decision decision) noexcept
{
    switch (decision) {
    case Decision::Keep: return "keep";
    case Decision::Remove: return "remove";
    case Decision::Unsure: break;
    }
    return "unsure";
}

std::string classOf(Decision decision, const Label &label)
{
    if (decision == Decision::Unsure || !label.isTwoClass())
        return {};
    return label.classes[decision == Decision::Remove ? 1 : 0];
}

DecisionStore::DecisionStore(std::filesystem::path library, std::string datasetHash, const Label &label)
    : m_folder(std::move(library) / "moderation"), m_dataset(std::move(datasetHash)), m_label(label.text())
{
    m_file = m_folder / (hashText(m_dataset + '\n' + m_label) + ".json");
}

Decisions DecisionStore::load() const
{
    if (statusOf(m_file).type() == std::filesystem::file_type::not_found)
        return {};
    const auto refuse = [this](const std::string &why) {
        throw Error(ErrorKind::Library,
                    "The decisions in '" + displayPath(m_file) + "' cannot be used: " + why
                        + ". Nothing was changed. Move the file away to begin anew, or put a whole one in its place.",
                    m_file);
    };
    const std::string text = readTextFile(m_file, kMaxFileBytes);
    const JsonDocument document(text, kMostDepth, refuse, 3 * kMost + 100);
    const JsonValue root = document.root();
    if (const int version = root.at("version").whole<int>(1); version != kFileVersion)
        refuse("it is of version " + std::to_string(version) + ", which a newer program wrote");
    if (root.at("dataset").text(kMostText) != m_dataset || root.at("label").text(kMostText) != m_label)
        refuse("they are about another dataset or another label");
    Decisions decisions;
    for (const JsonValue &item : root.at("decisions").list(kMost)) {
        const std::string name = item.at("decision").text(kMostText);
        const auto known =
            std::ranges::find_if(kDecisions, [&](Decision decision) { return name == decisionName(decision); });
        if (known == std::end(kDecisions))
            item.refuse("\"" + printable(name) + "\" is no decision");
        if (!decisions.emplace(item.at("id").text(kMaxIdBytes), *known).second)
            item.refuse("a meme is decided twice");
    }
    return decisions;
}

Decisions DecisionStore::change(std::span<const DecisionChange> changes) const
{
    for (const DecisionChange &change : changes)
        if (change.id.size() > kMaxIdBytes || sanitizeUtf8(change.id) != change.id)
            throw Error(ErrorKind::Format,
                        "The decision about '" + printable(change.id.substr(0, 80))
                            + "' cannot be kept: its id is too long or not UTF-8. Give it another id.");
    createFolder(m_folder);
    const FileDescriptor lock = lockFolder(m_folder, "Another window or program is busy with the decisions in '"
                                                         + displayPath(m_folder) + "'. Decide again in a moment.");
    Decisions decisions = load();
    for (const DecisionChange &change : changes)
        if (change.decision)
            decisions[change.id] = *change.decision;
        else
            decisions.erase(change.id);
    if (decisions.size() > kMost)
        throw Error(ErrorKind::Format, "No more than " + std::to_string(kMost)
                                           + " decisions are kept for a dataset. Train with these, or split it.");
    writeFileAtomically(m_file, textOf(decisions));
    return decisions;
}

std::string DecisionStore::textOf(const Decisions &decisions) const
{
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const auto &[id, decision] : decisions)
        list.push_back({{"id", id}, {"decision", decisionName(decision)}});
    const nlohmann::ordered_json document{
        {"version", kFileVersion}, {"dataset", m_dataset}, {"label", m_label}, {"decisions", std::move(list)}};
    return document.dump(1) + '\n';
}

}  // namespace dank

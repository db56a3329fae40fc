#include "app/cli/rate_output.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/csv.h"
#include "core/base/file.h"
#include "core/base/searched_text.h"
#include "core/model/score_export.h"

namespace dank::cli {

namespace {

std::string datasetName(const Model &model)
{
    return displayPath(std::filesystem::path(model.dataset).parent_path().filename());
}

/// A caption in one line of a table. The rest of a very long one need not be read for it.
std::string shortLine(const std::string &caption)
{
    return shortened(plainLine(std::string_view(caption).substr(0, 4096)), 60);
}

/// The class that a score lies nearest to.
const std::string &nearestClass(const Label &label, double dankness)
{
    const auto highest = static_cast<double>(label.classes.size() - 1);
    return label.classes[static_cast<std::size_t>(std::lround(std::clamp(dankness, 0.0, 1.0) * highest))];
}

class TableOutput final : public RateOutput {
public:
    TableOutput(const Model &model, bool captioned, bool matched)
        : m_model(model), m_captioned(captioned), m_matched(matched)
    {
    }

    void add(const Score &score, const RatedCaption &caption) override
    {
        if (!m_begun) {
            m_begun = true;
            printLine(m_model.name + ", epoch " + std::to_string(m_model.epoch)
                      + (m_model.untrainedBackbone ? " · untrained features (seeded random weights)" : ""));
            printLine(printable(verdictText(m_model.verdict())));
            printLine();
            if (m_label.isTwoClass())
                printLine("The score is the probability of " + printable(m_label.meaning()) + ".");
            else if (!m_label.empty())
                printLine("The score is the place among " + printable(m_label.text()) + ".");
            printLine(m_label.empty() ? "dankness     interval  percentile  upvotes  path"
                                      : "   score     interval  percentile  nearest  path");
        }
        if (score.skipped.empty())
            addScore(score, caption);
        else
            printRow({"–", "–", "–", "–"}, printable(score.path + "  (" + score.skipped + ")"));
        std::fflush(stdout);
    }
    void compared(const std::string &text) override
    {
        if (!text.empty())
            printLine(kIndent + text);
        std::fflush(stdout);
    }
    void finish() override
    {
        if (!m_scored)
            return;
        printLine();
        printLine("Percentiles are against " + printable(m_model.referenceName) + ".");
        if (!m_model.targetGroup.empty())
            printLine("Dankness is measured within " + printable(m_model.targetGroup)
                      + "; a picture alone has no group, so its upvotes are read from all memes together.");
        if (m_model.readsCaptions() && !m_captions)
            printLine(
                m_model.readsTitles()
                    ? "Rated by the picture alone; the model has learned from titles too: --caption says one."
                    : "Rated by the picture alone; the model has learned from the text in pictures too: `dank read` "
                      "reads it.");
        if (m_model.interval) {
            printLine("The interval holds for " + fixed(m_model.interval->level * 100, 0) + " % of memes like those of "
                      + printable(datasetName(m_model)) + ", as measured on " + grouped(m_model.interval->rows)
                      + " that the model had not seen; for other pictures it promises nothing.");
        } else {
            printLine("There is no interval: fewer than " + std::to_string(ConformalInterval::kLeastRows)
                      + " memes judged this model, or it is from before there were intervals.");
        }
    }

private:
    void addScore(const Score &score, const RatedCaption &rated)
    {
        const std::string &caption = rated.text;
        m_scored = true;
        m_captions = m_captions || score.wordsAlone.has_value();
        const std::string interval =
            score.interval ? fixed(score.interval->danknessLow, 2) + " to " + fixed(score.interval->danknessHigh, 2)
                           : "–";
        printRow({fixed(score.dankness, 3), interval, fixed(score.percentile, 1),
                  m_label.empty() ? grouped(score.expectedUpvotes) : printable(nearestClass(m_label, score.dankness))},
                 printable(score.path));
        const std::string &indent = kIndent;
        if (m_captioned)
            printLine(indent
                      + (!caption.empty()     ? "caption: " + shortLine(caption)
                         : score.text.empty() ? "without a caption"
                                              : "no caption: what was read in the picture counts"));
        if (score.imageAlone && score.wordsAlone)
            printLine(indent + "image " + fixed(*score.imageAlone, 2) + " · words " + fixed(*score.wordsAlone, 2)
                      + " → " + fixed(score.dankness, 2));
        if (m_matched)
            printLine(printable(indent + "template: " + templateText(rated.match)));
        if (score.outsideRange)
            printLine(indent + "outside the training range: " + fixed(*score.rangeRatio, 1)
                      + " times as far off as 99 % of the memes; do not trust this score");
        if (score.learnedFrom)
            printLine(indent + "it learned from this very picture: the score proves nothing");
        std::string nearest;
        for (const SimilarMeme &meme : score.neighbours)
            nearest += (nearest.empty() ? "" : ", ") + meme.id + " (" + received(meme)
                       + (meme.samePicture ? ", the same picture" : "") + ", alike in picture "
                       + fixed(meme.similarity, 2)
                       + (meme.wordsSimilarity ? " · in words " + fixed(*meme.wordsSimilarity, 2) : "") + ")";
        if (!nearest.empty())
            printLine(printable(indent + "most like " + nearest));
    }

    /// What a training meme got, or is.
    std::string received(const SimilarMeme &meme) const
    {
        const auto place = static_cast<std::size_t>(meme.upvotes);
        return place < m_label.classes.size() ? m_label.classes[place] : grouped(meme.upvotes) + " upvotes";
    }

    static void printRow(const std::vector<std::string> &cells, const std::string &path)
    {
        constexpr std::size_t kWidths[] = {8, 12, 10, 7};
        std::string line;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const std::size_t width = displayWidth(cells[i]);
            line += std::string(kWidths[i] > width ? kWidths[i] - width : 0, ' ') + cells[i] + "  ";
        }
        printLine(line + path);
    }

    inline static const std::string kIndent = std::string(10, ' ');
    const Model &m_model;
    const Label m_label = Label::parse(m_model.config.label);
    const bool m_captioned, m_matched;
    bool m_begun = false, m_scored = false, m_captions = false;
};

ScoreSource sourceOf(const Model &model)
{
    return {model.name, model.epoch, model.untrainedBackbone, model.verdict(), model.referenceName, model.targetGroup};
}

/// Of a model of classes: a number that is none leaves its cell empty.
Score withoutUpvotes(Score score)
{
    score.expectedUpvotes = std::nan("");
    if (score.interval)
        score.interval->upvotesLow = score.interval->upvotesHigh = std::nan("");
    score.neighbours.clear();
    return score;
}

std::string matchCells(const std::optional<TemplateMatch> &match)
{
    return match ? ',' + csvCell(match->name) + ',' + std::to_string(match->distance) + ',' + confidenceName(*match)
                 : ",,,";
}

class CsvOutput final : public RateOutput {
public:
    CsvOutput(const Model &model, bool captioned, bool matched)
        : m_source(sourceOf(model)), m_learnedClasses(!model.config.label.empty()), m_captioned(captioned),
          m_matched(matched)
    {
        printExact(scoreCsvHeader() + (captioned ? ",caption" : "")
                   + (matched ? ",template,template_distance,template_confidence\n" : "\n"));
    }

    void add(const Score &score, const RatedCaption &caption) override
    {
        printExact(scoreCsvRow(m_learnedClasses ? withoutUpvotes(score) : score, m_source)
                   + (m_captioned ? ',' + csvCell(sanitizeUtf8(caption.text)) : "")
                   + (m_matched ? matchCells(caption.match) : "") + '\n');
        std::fflush(stdout);
    }
    void finish() override {}

private:
    const ScoreSource m_source;
    const bool m_learnedClasses, m_captioned, m_matched;
};

class JsonOutput final : public RateOutput {
public:
    JsonOutput(const Model &model, bool captioned, bool matched)
        : m_model(model), m_captioned(captioned), m_matched(matched)
    {
    }

    void add(const Score &score, const RatedCaption &caption) override
    {
        Json json = toJson(score, m_model);
        if (m_captioned && score.skipped.empty())
            json["caption"] = caption.text;
        if (!caption.comparison.empty())
            json["comparison"] = caption.comparison;
        if (m_matched && score.skipped.empty()) {
            const std::optional<TemplateMatch> &match = caption.match;
            json["template"] = match ? Json(match->name) : Json();
            json["template_distance"] = match ? Json(match->distance) : Json();
            json["template_confidence"] = match ? Json(confidenceName(*match)) : Json();
        }
        m_scores.push_back(std::move(json));
    }
    void finish() override { printJson(m_scores); }

private:
    const Model &m_model;
    const bool m_captioned, m_matched;
    Json m_scores = Json::array();
};

}  // namespace

Json toJson(const Score &score, const Model &model)
{
    Json json = Json::parse(scoreJson(score, sourceOf(model)));
    const Label label = Label::parse(model.config.label);
    if (label.empty() || !score.skipped.empty())
        return json;
    // It learned classes: nothing here are upvotes.
    json["expected_upvotes"] = nullptr;
    if (json["interval"].is_object())
        json["interval"].erase("expected_upvotes");
    for (Json &meme : json["neighbours"])
        if (const auto place = meme.value("upvotes", std::size_t{0}); place < label.classes.size()) {
            meme["class"] = label.classes[place];
            meme["upvotes"] = nullptr;
        }
    json["label"] = {
        {"column", label.column}, {"classes", label.classes}, {"nearest", nearestClass(label, score.dankness)}};
    return json;
}

std::unique_ptr<RateOutput> makeRateOutput(std::string_view format, const Model &model, bool captioned, bool matched)
{
    if (format == "json")
        return std::make_unique<JsonOutput>(model, captioned, matched);
    if (format == "csv")
        return std::make_unique<CsvOutput>(model, captioned, matched);
    return std::make_unique<TableOutput>(model, captioned, matched);
}

}  // namespace dank::cli

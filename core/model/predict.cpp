#include "core/model/predict.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "core/base/error.h"
#include "core/evaluate/feature_ridge.h"
#include "core/evaluate/title_features.h"
#include "core/model/layer_norm.h"

// One row after another: a score must not depend on what else was dropped beside the image.

namespace dank {

namespace {

/// What no head that has learned anything reaches, between its layers or at its end.
constexpr double kAbsurd = 1e12;

double soundOrNot(double answer)
{
    return std::abs(answer) < kAbsurd ? answer : std::numeric_limits<double>::quiet_NaN();
}

/// In sixteen float sums, which the compiler turns into vector instructions, added up in double.
double dot(const float *a, const float *b, std::size_t size)
{
    constexpr std::size_t kLanes = 16;
    float sums[kLanes] = {};
    std::size_t i = 0;
    for (; i + kLanes <= size; i += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane)
            sums[lane] += a[i + lane] * b[i + lane];
    }
    double total = 0;
    for (float sum : sums)
        total += sum;
    for (; i < size; ++i)
        total += static_cast<double>(a[i]) * b[i];
    return total;
}

/// The words of captions as a model's two parts see them.
class CaptionReader {
public:
    explicit CaptionReader(const Model &model)
    {
        if (model.readsTitles())
            m_titles.emplace(model.blend->title.rarity);
        if (model.readsText())
            m_texts.emplace(model.blend->text.rarity);
    }

    SparseRow title(const Caption &caption) const { return m_titles ? m_titles->of(caption.title) : SparseRow(); }
    SparseRow text(const Caption &caption) const { return m_texts ? m_texts->of(caption.text) : SparseRow(); }

private:
    std::optional<TitleFeatures> m_titles, m_texts;
};

double answerOf(const WordPart &part, const SparseRow &words)
{
    return wordAnswer(words, part.weight, part.bias);
}

std::optional<double> answerOf(const Blend &blend, const CaptionReader &reader, const Caption &caption)
{
    const SparseRow title = reader.title(caption), text = reader.text(caption);
    const BlendWeights &weights = blend.weightsOf(!title.empty(), !text.empty());
    const double all = weights.title + weights.text;
    if (title.empty() && text.empty())
        return std::nullopt;
    if (all <= 0)
        return title.empty() ? answerOf(blend.text, text) : answerOf(blend.title, title);
    return (weights.title > 0 ? weights.title / all * answerOf(blend.title, title) : 0)
           + (weights.text > 0 ? weights.text / all * answerOf(blend.text, text) : 0);
}

}  // namespace

std::optional<double> wordsAnswer(const Model &model, const Caption &caption)
{
    return model.readsCaptions() ? answerOf(*model.blend, CaptionReader(model), caption) : std::nullopt;
}

std::vector<double> wordsAnswers(const Model &model, std::span<const Caption> captions, std::string Caption::*words,
                                 double otherwise)
{
    std::vector<double> answers(captions.size(), otherwise);
    if (!model.readsCaptions())
        return answers;
    const CaptionReader reader(model);
    for (std::size_t i = 0; i < captions.size(); ++i) {
        Caption alone;
        alone.*words = captions[i].*words;
        answers[i] = answerOf(*model.blend, reader, alone).value_or(otherwise);
    }
    return answers;
}

Caption typedCaption(const Model &model, std::string words)
{
    Caption caption;
    (model.readsText() && !model.readsTitles() ? caption.text : caption.title) = std::move(words);
    return caption;
}

namespace {

/// The perceptron's answer to a standardised row, which it uses up.
double networkAnswer(const Model &model, std::vector<float> &in, std::vector<float> &out)
{
    if (!model.normScale.empty()) {
        normaliseRow(in, in);
        for (std::size_t c = 0; c < in.size(); ++c)
            in[c] = in[c] * model.normScale[c] + model.normShift[c];
    }
    double answer = 0;
    for (std::size_t l = 0; l < model.layers.size(); ++l) {
        const DenseLayer &layer = model.layers[l];
        const auto inputs = static_cast<std::size_t>(layer.inputs);
        out.resize(static_cast<std::size_t>(layer.outputs));
        for (std::size_t o = 0; o < out.size(); ++o) {
            answer = soundOrNot(dot(in.data(), layer.weight.data() + o * inputs, inputs) + layer.bias[o]);
            if (std::isnan(answer))  // the next layer, or the sigmoid, may make a number of it
                return answer;
            out[o] = answer <= 0 ? 0.0f : static_cast<float>(answer);
        }
        std::swap(in, out);
    }
    return static_cast<float>(model.output == OutputActivation::Sigmoid ? 1.0 / (1.0 + std::exp(-answer)) : answer);
}

}  // namespace

std::vector<float> predict(const Model &model, std::span<const float> values, std::span<const Caption> captions)
{
    const auto columns = static_cast<std::size_t>(model.columns());
    if (columns == 0 || values.size() % columns != 0) {
        throw Error(ErrorKind::Shape, "The model takes " + std::to_string(columns) + " features a row; "
                                          + std::to_string(values.size()) + " numbers are no whole rows of that.");
    }
    std::vector<float> answers(values.size() / columns);
    if (!captions.empty() && captions.size() != answers.size())
        throw Error(ErrorKind::Shape, std::to_string(captions.size()) + " captions were given for "
                                          + std::to_string(answers.size()) + " pictures.");
    std::optional<CaptionReader> reader;
    if (!captions.empty())
        reader.emplace(model);
    std::vector<float> in, out;
    for (std::size_t row = 0; row < answers.size(); ++row) {
        in.assign(values.begin() + static_cast<std::ptrdiff_t>(row * columns),
                  values.begin() + static_cast<std::ptrdiff_t>((row + 1) * columns));
        if (!model.featureMean.empty())
            ModelScale{model.featureMean, model.featureScale}.apply(in, in);
        if (!model.blend) {
            answers[row] = static_cast<float>(networkAnswer(model, in, out));
            continue;
        }
        const Blend &blend = *model.blend;
        const SparseRow title = reader ? reader->title(captions[row]) : SparseRow();
        const SparseRow text = reader ? reader->text(captions[row]) : SparseRow();
        const BlendWeights &weights = blend.weightsOf(!title.empty(), !text.empty());
        double answer = weights.intercept;
        if (weights.line > 0)
            answer += weights.line * (dot(in.data(), blend.line.data(), columns) + blend.lineBias);
        if (weights.title > 0)
            answer += weights.title * answerOf(blend.title, title);
        if (weights.text > 0)
            answer += weights.text * answerOf(blend.text, text);
        if (weights.network > 0)
            answer += weights.network * networkAnswer(model, in, out);
        answers[row] = static_cast<float>(soundOrNot(answer));
    }
    return answers;
}

void checkAnswers(const Model &model, std::span<const float> answers)
{
    if (!std::ranges::all_of(answers, [](float answer) { return std::isfinite(answer); }))
        throw Error(ErrorKind::Format,
                    (model.name.empty() ? std::string("A head") : "The model \"" + model.name + '"')
                        + " answers with a number that is not finite, or beyond all that a trained model gives: its "
                          "weights are damaged, or its training went astray. Train it again, or use another one.");
}

std::vector<float> soundAnswers(const Model &model, std::span<const float> values, std::span<const Caption> captions)
{
    std::vector<float> answers = predict(model, values, captions);
    checkAnswers(model, answers);
    return answers;
}

}  // namespace dank

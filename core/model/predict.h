#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/model/caption.h"
#include "core/model/model.h"

namespace dank {

/// The regressor's answer for each row, before any clamping: [rows]. Dropout off. `values` is [rows, columns] raw
/// features; standardisation is the model's own. `captions` [rows]: the words that go with each picture; none at all,
/// or empty ones: the picture alone. A row's answer depends on nothing but that row, to the bit, so one image alone and
/// the same image in a pile score alike. An answer is NaN where a number on its way is not finite, or beyond 1e12 as
/// only broken weights make it: checkAnswers() before one becomes a score. Throws Error{Shape} for another width, or
/// another number of captions.
std::vector<float> predict(const Model &model, std::span<const float> values, std::span<const Caption> captions = {});

/// Throws Error{Format} naming the model where one of its answers is not finite.
void checkAnswers(const Model &model, std::span<const float> answers);
/// predict() with checkAnswers().
std::vector<float> soundAnswers(const Model &model, std::span<const float> values,
                                std::span<const Caption> captions = {});

/// What the words of a caption say by themselves, title and text by their shares in the blend; nothing where the model
/// reads none, or there is no word in it that it reads.
std::optional<double> wordsAnswer(const Model &model, const Caption &caption);

/// wordsAnswer() of each of those captions' titles (`words` is &Caption::title) or texts alone; what is not answered is
/// `otherwise`. [captions]
std::vector<double> wordsAnswers(const Model &model, std::span<const Caption> captions, std::string Caption::*words,
                                 double otherwise);

/// Words that someone typed for a picture, as the model reads them: a title where it reads titles, else the text in the
/// picture.
Caption typedCaption(const Model &model, std::string words);

}  // namespace dank

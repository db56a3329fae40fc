#include "core/store/model_blend.h"

namespace dank {
namespace {

nlohmann::json toJson(const BlendWeights &weights)
{
    return {{"intercept", weights.intercept},
            {"network", weights.network},
            {"line", weights.line},
            {"title", weights.title},
            {"text", weights.text}};
}

BlendWeights blendWeights(const JsonValue &object)
{
    return {object.at("intercept").finite(), object.at("network").finite(), object.at("line").finite(),
            object.at("title").finite(), object.at("text").finite()};
}

/// Of format 3, whose words were those of titles.
BlendWeights titleWeights(const JsonValue &object)
{
    return {object.at("intercept").finite(), object.at("network").finite(), object.at("line").finite(),
            object.at("words").finite(), 0};
}

}  // namespace

nlohmann::json blendToJson(const Blend &blend)
{
    return {{"image", toJson(blend.image)},        {"with_title", toJson(blend.withTitle)},
            {"with_text", toJson(blend.withText)}, {"with_both", toJson(blend.withBoth)},
            {"line_bias", blend.lineBias},         {"title_bias", blend.title.bias},
            {"text_bias", blend.text.bias},        {"loss", blend.loss}};
}

Blend blendFromJson(const JsonValue &object, int format)
{
    Blend blend;
    blend.lineBias = object.at("line_bias").finite();
    blend.loss = object.at("loss").finite();
    if (format == 3) {
        blend.image = blend.withText = titleWeights(object.at("image"));
        blend.withTitle = blend.withBoth = titleWeights(object.at("both"));
        blend.title.bias = object.at("word_bias").finite();
        return blend;
    }
    blend.image = blendWeights(object.at("image"));
    blend.withTitle = blendWeights(object.at("with_title"));
    blend.withText = blendWeights(object.at("with_text"));
    blend.withBoth = blendWeights(object.at("with_both"));
    blend.title.bias = object.at("title_bias").finite();
    blend.text.bias = object.at("text_bias").finite();
    return blend;
}

}  // namespace dank

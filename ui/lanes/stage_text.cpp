#include "ui/lanes/stage_text.h"

#include <QCoreApplication>

#include <algorithm>
#include <iterator>
#include <utility>

namespace dank::ui {

QString stageText(std::string_view stage)
{
    static constexpr std::pair<std::string_view, const char *> kTexts[] = {
        {"hash", QT_TRANSLATE_NOOP("Session", "Hashing pictures")},
        {"precision", QT_TRANSLATE_NOOP("Session", "Comparing precisions")},
        {"network", QT_TRANSLATE_NOOP("Session", "Loading the network")},
        {"extract", QT_TRANSLATE_NOOP("Session", "Extracting features")},
        {"read", QT_TRANSLATE_NOOP("Session", "Reading stored features")},
        {"look", QT_TRANSLATE_NOOP("Session", "Looking at pictures for copies")},
        {"duplicates", QT_TRANSLATE_NOOP("Session", "Finding copies")},
        {"controls", QT_TRANSLATE_NOOP("Session", "Comparing with simpler guesses")},
        {"baselines", QT_TRANSLATE_NOOP("Session", "Comparing with simpler guesses")},
        {"judge", QT_TRANSLATE_NOOP("Session", "Judging the answers")},
    };
    const auto *const found = std::ranges::find(kTexts, stage, &std::pair<std::string_view, const char *>::first);
    return found == std::end(kTexts) ? QString() : QCoreApplication::translate("Session", found->second);
}

}  // namespace dank::ui

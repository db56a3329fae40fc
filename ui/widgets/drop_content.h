#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>

class QMimeData;

namespace dank::ui {

/// What a drag or the clipboard carries, as far as the window can use it.
struct DropContent {
    enum class Kind { Nothing, Pictures, Dataset, Model, Weights, ImageBytes };
    Kind kind = Kind::Nothing;
    QStringList paths = {};  ///< Pictures: files and folders to rate; Dataset, Model, Weights: one file
    QByteArray image = {};   ///< ImageBytes: an encoded picture; empty until taken
    QString imageName = {};
    QString headline = {};  ///< "Drop 12 images to rate"; why not, for Nothing
    QString detail = {};    ///< what happens with the rest; may be empty
};

/// Reads a drag: local files first, then a picture's own bytes (from a browser), then text that names local files.
/// With `take` false the picture's bytes are not fetched, so that it is cheap enough for every mouse move.
DropContent readDrop(const QMimeData &data, bool take);

}  // namespace dank::ui

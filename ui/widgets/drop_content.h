#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>

class QMimeData;

namespace dank::ui {

/// What a drag or the clipboard carries, as far as the window can use it.
struct DropContent {
    /// Files: nobody has looked yet what they are, see lookAtFiles().
    enum class Kind { Nothing, Files, Pictures, Dataset, Model, Weights, ImageBytes };
    Kind kind = Kind::Nothing;
    QStringList paths = {};  ///< Files: all; Pictures: files and folders to rate; Dataset, Model, Weights: one file
    QByteArray image = {};   ///< ImageBytes: an encoded picture as it was given; empty until taken
    QString imageName = {};
    QString headline = {};  ///< "Drop 12 images to rate"; why not, for Nothing
    QString detail = {};    ///< what happens with the rest; may be empty
};

/// Reads a drag by its types and the names in it: local files first (`text/uri-list` alone, for any text can name a
/// file), then a picture's own bytes (from a browser). Touches no file: a folder whose server is gone would hold the
/// window. With `take` false the picture's bytes are not fetched, so that it is cheap enough for every mouse move.
DropContent readDrop(const QMimeData &data, bool take);

/// What Files are, by looking at them: for a lane.
DropContent lookAtFiles(const QStringList &paths);

}  // namespace dank::ui

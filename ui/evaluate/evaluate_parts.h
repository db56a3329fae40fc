#pragma once

#include <memory>
#include <optional>

#include "core/evaluate/evaluation.h"
#include "ui/lanes/thumbnails.h"
#include "ui/memes/meme_wall.h"
#include "ui/widgets/card.h"

namespace dank::ui {

/// The verdict in one sentence: icon, word and a coloured edge.
class VerdictBanner : public QFrame {
    Q_OBJECT
public:
    explicit VerdictBanner(QWidget *parent = nullptr);
    void setVerdict(const Verdict &verdict);

protected:
    void paintEvent(QPaintEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void restyle();

    Verdict m_verdict;
    QLabel *m_icon;
    TextLabel *m_headline, *m_reason;
};

/// The meme that was picked on the chart or a wall.
class MemeDetail : public Card {
    Q_OBJECT
public:
    explicit MemeDetail(Thumbnails &thumbnails, QWidget *parent = nullptr);
    /// Null clears.
    void setMeme(const JudgedMeme *meme, const std::shared_ptr<const Dataset> &dataset);

signals:
    /// Show the first one of that wall.
    void wanted(dank::ui::WallKind kind);

private:
    void showPicture();

    Thumbnails &m_thumbnails;
    std::filesystem::path m_image;
    QLabel *m_picture;
    TextLabel *m_title, *m_figures, *m_error;
};

}  // namespace dank::ui
